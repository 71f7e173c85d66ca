"""Questions on the page: committed to by mouse or keyboard, answered, kept in this browser, forgotten on demand."""

import json

import pytest
from site_files import CHAPTERS, DOCUMENTS
from test_reading import AXE, WITHOUT_COLOURS, axe, axe_on_colours

from lecture_utils.exercises import chapters, declared, find
from lecture_utils.exercises.kinds import Choice, Number
from lecture_utils.exercises.words import PAGE

NAMES = {name: int(name[9:11]) for name in CHAPTERS if int(name[9:11]) in chapters()}
CHAPTER = next((name for name in NAMES if "dropout" in name), next(iter(NAMES)))
PAGE_OF_IT = f"en/{CHAPTER}.html"
# Answers a question by a script: what hands do is tried with a few.
ANSWER = """(form, answer) => {
  form.elements[form.dataset.question].value = answer;
  form.querySelector("button").click();
  return form.querySelector(".said").innerText.trim();
}"""


def prediction(page, kind="choice"):
    """The first prediction of a kind, and the place of its answer."""
    form = page.locator(f"form.question.{kind}:has-text('Predict.')").first
    answer = page.locator(f".answer[data-answers='{form.get_attribute('data-question')}']")
    return form, answer, json.loads(answer.get_attribute("data-answer"))


def said(box):
    return box.locator(".said").inner_text().strip()


def choose(form, letter):
    form.get_by_text(f"({letter})").click()
    form.get_by_role("button").click()


def write(form, text):
    form.get_by_role("textbox").fill(text)
    form.get_by_role("textbox").press("Enter")


def test_a_choice_is_committed_to_with_the_mouse_and_answered_behind_the_experiment(open_page):
    page = open_page(PAGE_OF_IT)
    form, answer, data = prediction(page)
    assert not said(answer)
    letter, hint = data["wrong"][0]
    form.get_by_text(f"({letter})").click()
    assert not said(answer)  # nothing is said before the reader commits
    form.get_by_role("button").click()
    assert said(form) == PAGE["noted"].format(answer=f"({letter})")
    assert hint in said(answer) and data["because"] in said(answer)
    choose(form, data["right"])
    assert PAGE["right"] in said(answer) and hint not in said(answer)
    assert not page.errors


@pytest.mark.parametrize("width", [1350, 390])
def test_what_is_said_has_the_whole_width_below_its_line_and_no_card_in_the_dark(width, open_page):
    page = open_page(PAGE_OF_IT, width=width, theme="dark")
    form, answer, _ = prediction(page)
    form.locator("input").first.check()
    form.get_by_role("button").click()
    cell = page.locator(".cell.tag_answer").filter(has=answer)
    line, box, whole = (one.bounding_box() for one in (cell.locator("summary").first, answer, cell))
    assert box["y"] >= line["y"] + line["height"] and box["width"] == whole["width"]
    shade = answer.evaluate("one => getComputedStyle(one.parentElement).backgroundColor")
    assert shade == "rgba(0, 0, 0, 0)", f"the answer stands on {shade}"


def test_the_keyboard_is_enough(open_page):
    page = open_page(PAGE_OF_IT)
    form, answer, _ = prediction(page)
    form.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert said(form) == PAGE["noted"].format(answer="(b)") and said(answer)
    form, answer, _ = prediction(page, "number")
    form.get_by_role("textbox").focus()
    page.keyboard.type("9999999")
    page.keyboard.press("Enter")
    assert said(answer).startswith(PAGE["changed"].format(answer="9999999"))


def test_a_number_may_be_written_in_many_ways_and_what_is_none_is_said_to_be_none(open_page):
    page = open_page(PAGE_OF_IT)
    form, answer, data = prediction(page, "number")
    for typed, key in {"": "missing", "many": "no number", "1/0": "no number", "1/": "no number"}.items():
        write(form, typed)
        assert said(form) == PAGE[key] and not said(answer), typed
    half = json.dumps(data | {"right": [0.5, 0.5], "wrong": []})
    answer.evaluate("(one, half) => { one.dataset.answer = half; }", half)
    for typed in ("1/2", "1", "0.5", "2", ".5", "1", " 0.50 ", "2", "5e-1"):
        write(form, typed)
        assert (PAGE["right"] in said(answer)) == (typed not in ("1", "2")), typed


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_to_each_answer_what_check_says(name, open_page):
    page = open_page(f"en/{name}.html")
    asked = page.locator("form.question:not([data-answer])")
    predictions = asked.evaluate_all("all => all.map(one => one.dataset.question)")
    answers = page.locator(".answer").evaluate_all("all => all.map(one => one.dataset.answers)")
    assert sorted(answers) == sorted(predictions)
    assert len(predictions) == page.locator(":is(form, blockquote) strong:text-is('Predict.')").count() > 0
    for exercise in declared(NAMES[name]):
        form = page.locator(f"form.question[data-question='{exercise.id}']")
        assert form.count() == (type(exercise).__name__ in ("Number", "Choice")), exercise.id
        if isinstance(exercise, Number):
            strange = [exercise.right * 3 + 17, exercise.right * 3 - 17]
            for number in [exercise.right, *exercise.wrong, *strange]:
                told = form.evaluate(ANSWER, repr(float(number)))
                right, sentence = find(exercise.id).judge(number)
                if right or number in exercise.wrong:
                    assert told == sentence, (exercise.id, number)
                else:
                    assert ("larger" in told) == ("larger" in sentence), (exercise.id, number)
        elif isinstance(exercise, Choice):
            for letter in [exercise.right, *exercise.wrong]:
                assert form.evaluate(ANSWER, letter) == exercise.judge(letter)[1], (exercise.id, letter)


def test_answers_stay_show_in_the_contents_and_are_forgotten_on_demand(open_page, address):
    page = open_page(PAGE_OF_IT)
    button = page.get_by_role("button", name=PAGE["forget"])
    assert not button.is_visible() and not page.locator(".answered").count()
    form, _, data = prediction(page)
    choose(form, data["right"])
    everything = page.locator("form.question").count()
    page.goto(f"{address}en/{DOCUMENTS[0]}.html")  # another page knows it too
    link = page.locator(f"#pst-primary-sidebar a[href$='{CHAPTER.split('/')[1]}.html']")
    assert PAGE["progress"].format(done=1, all=everything) in " ".join(link.inner_text().split())
    assert page.locator(".answered").count() == 1
    assert not axe(page, AXE, "#pst-primary-sidebar")
    page.goto(address + PAGE_OF_IT)
    form, answer, data = prediction(page)
    assert form.locator(f"input[value={data['right']}]").is_checked() and said(answer)
    button.click()
    assert not said(form) and not said(answer) and not page.locator(".answered").count()
    assert not button.is_visible() and not form.locator("input:checked").count()
    page.reload()
    assert not said(prediction(page)[1])
    assert not [asked for asked in page.asked if not asked.startswith(address)]


def test_answered_questions_are_sound(open_page):
    page = open_page(PAGE_OF_IT, motion="reduce")
    for form in page.locator("form.question.choice").all():
        form.locator("input").first.check()
        form.get_by_role("button").click()
    page.mouse.move(0, 0)
    # axe reads the whole page first, and takes 20 times longer for a chapter than for its questions.
    page.evaluate(
        """() => document.querySelectorAll("article *").forEach((one) => {
             if (!one.closest(".question, .answer") && !one.querySelector(".question, .answer")) one.remove();
           })"""
    )
    assert not axe(page, WITHOUT_COLOURS, ".question, .answer, #progress")
    assert not axe_on_colours(page, ".question, .answer, #progress")


def test_where_nothing_is_kept_answers_last_as_long_as_the_page(unkept):
    page = unkept(PAGE_OF_IT)
    form, answer, data = prediction(page)
    choose(form, data["right"])
    number, answer_to_it, _ = prediction(page, "number")
    write(number, "12")
    assert said(answer) and said(answer_to_it) and page.locator(".answered").inner_text().startswith("2/")
    page.get_by_role("button", name=PAGE["forget"]).click()
    assert not said(answer) and not page.page.errors


def test_without_scripts_a_question_reads_plainly_and_its_answer_is_closed(open_page):
    page = open_page(PAGE_OF_IT, java_script_enabled=False)
    form, answer, data = prediction(page)
    assert form.get_by_text(f"({data['right']})").is_visible() and form.get_by_text("Predict.").is_visible()
    assert not form.locator("input, button").filter(visible=True).count()
    assert not answer.get_by_text(data["because"]).is_visible()
    answer.locator("summary").click()
    assert answer.get_by_text(data["because"]).is_visible()


def test_on_paper_there_is_room_to_write_and_nothing_to_press(open_page):
    page = open_page(PAGE_OF_IT)
    page.emulate_media(media="print")
    form, answer, _ = prediction(page, "number")
    assert form.locator(".room").bounding_box()["height"] > 20
    assert not page.locator("form.question :is(input, button)").filter(visible=True).count()
    assert not answer.locator("details").is_visible()
