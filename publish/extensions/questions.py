"""Predictions and exercises that a reader can answer on the page.

In the notebook they are plain text: a prediction is a quote that ends its question with `<!-- ch07.batch -->`, and its
choices, where it has some, are the items "- (a) ..." of a list. Here the quote becomes a form; an exercise gets one
when it asks for a number, a choice or an order. What is right comes from `lecture_utils.exercises`: for an exercise
from its declaration, for a prediction from the chapter's run (publish/numbers/present.py). The script
publish/theme/assets/questions.js does the rest; without scripts the question and its choices are plain text.
"""

import json
import re
from html import escape

from docutils import nodes

from lecture_utils.exercises import declared, page_data
from lecture_utils.exercises.words import PAGE

_MARK = re.compile(r"<!-- (ch\d\d\.[a-z0-9-]+)( order)? -->")
_CHOICE = re.compile(r"\(([a-z])\) ")
_EXERCISE = re.compile(r"Exercise ((\d+)\.\d+)\Z")


def ask(app, doctree):
    """Turn the questions of a page into forms."""
    for quote in list(doctree.findall(nodes.block_quote)):
        for mark in [raw for raw in quote.findall(nodes.raw) if _MARK.fullmatch(raw.astext())]:
            name, order = _MARK.fullmatch(mark.astext()).groups()
            mark.parent.remove(mark)
            question, *rest = quote.children
            choices = next(filter(_letters, rest), None)
            kind = "order" if order else "choice" if choices else "number"
            rest = [part for part in rest if part is not choices]
            quote.parent.replace(quote, _form(name, kind, question.children, rest, choices, PAGE["commit"]))
    for section in list(doctree.findall(nodes.section)):
        match = _EXERCISE.match(section.next_node(nodes.title).astext())
        for exercise in declared(int(match[2])) if match else ():
            data = page_data(exercise) if exercise.id.rstrip("abcdefgh") == match[1] else None
            if data:
                choices = next(filter(_letters, section.children), None) if data["kind"] == "choice" else None
                if choices:
                    section.remove(choices)
                legend = [nodes.Text(PAGE["answer to"].format(id=exercise.id))]
                section += _form(exercise.id, data["kind"], legend, [], choices, PAGE["check"], data)


def _letters(part):
    """The letters of a list of choices: list of str; [] for anything else."""
    if not isinstance(part, nodes.bullet_list):
        return []
    found = [_CHOICE.match(item.astext()) for item in part.children]
    return [match[1] for match in found] if all(found) else []


def _form(name, kind, legend, rest, choices, button, data=None):
    """The nodes of a form: list. `data` is what the page needs to judge at once; a prediction waits for its answer."""
    address, given = escape(name), f' data-answer="{escape(json.dumps(data, ensure_ascii=False))}"' if data else ""
    place = "question-" + name.replace(".", "-")
    parts = [
        _raw(f'<form class="question {kind}" id="{place}" data-question="{address}"{given}><fieldset><legend>'),
        nodes.inline("", "", *legend),
        _raw("</legend>"),
        *rest,
    ]
    for letter, item in zip(_letters(choices), choices or (), strict=True):
        box = f'<input class="pst-js-only" type="radio" name="{address}" value="{letter}">' if kind == "choice" else ""
        parts += [_raw(f"<label>{box}<span>"), nodes.inline("", "", *item[0].children), _raw("</span></label>")]
    end = (
        f'<button type="button" class="pst-js-only btn btn-sm">{escape(button)}</button>'
        '<p class="said" role="status"></p></fieldset></form>'
    )
    if kind != "choice":
        mode = ' inputmode="decimal"' if kind == "number" else ""
        end = (
            f'<label class="pst-js-only"><span>{escape(PAGE[kind])}</span>'
            f'<input type="text" name="{address}" size="10" autocomplete="off" spellcheck="false"{mode}></label>'
            f'<span class="room"></span>{end}'
        )
    return [*parts, _raw(end)]


def _raw(text):
    return nodes.raw("", text, format="html")


def _words(app, pagename, templatename, context, doctree):
    context["question_words"] = PAGE


def setup(app):
    app.connect("doctree-read", ask)
    app.connect("html-page-context", _words)
