"""Let the search find what a reader types: parts of names in code, plural and singular, both spellings of English.

Sphinx cuts text at what is neither letter, digit nor underscore, and compares Porter's stems. So `weight_decay` was
found neither by "decay" nor by "weights", "bias" did not find "biases", and "regularization" found nothing in a book
that writes "regularisation". Here a name is kept whole and its parts are kept too, and a word is brought to one form
before it is stemmed. The browser does the same to what the reader types, by the same tables.
"""

import json
import re

from sphinx import addnodes
from sphinx.search.en import SearchEnglish

_NAME = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\dA-Za-z_]+|\d+")

#: Plurals that end in something else than -s, as this field uses them, and words that end in -s without being plurals.
IRREGULAR = {
    "axes": "axis",
    "bias": "bias",
    "biases": "bias",
    "criteria": "criterion",
    "hypotheses": "hypothesis",
    "indices": "index",
    "indexes": "index",
    "matrices": "matrix",
    "maxima": "maximum",
    "minima": "minimum",
    "optima": "optimum",
    "vertices": "vertex",
}

#: Endings of British English, and the American ones that are kept in their place. Longer ones stand first.
ENDINGS = {
    "isations": "ization",
    "isation": "ization",
    "ising": "izing",
    "ised": "ized",
    "iser": "izer",
    "isers": "izer",
    "ises": "izes",
    "ise": "ize",
    "yse": "yze",
    "ysed": "yzed",
    "ysing": "yzing",
    "elling": "eling",
    "elled": "eled",
    "avioural": "avioral",
    "aviour": "avior",
    "olour": "olor",
    "olours": "olor",
    "centre": "center",
    "centred": "centered",
}


def parts(text):
    """The words of a text and, after each name of several parts, its parts.

    Examples
    --------
    >>> parts("torch.nn.BCEWithLogitsLoss(weight_decay=1)")
    ['torch', 'nn', 'BCEWithLogitsLoss', 'BCE', 'With', 'Logits', 'Loss', 'weight_decay', 'weight', 'decay', '1']
    """
    found = []
    for name in _NAME.findall(text):
        pieces = _PART.findall(name)
        found += [name, *pieces] if len(pieces) > 1 else [name]
    return found


def one_form(word):
    """A lower-case word in the form in which it is stemmed.

    Examples
    --------
    >>> [one_form(word) for word in ("biases", "regularisation", "optimiser", "noise", "rise")]
    ['bias', 'regularization', 'optimizer', 'noise', 'rise']
    """
    if word in IRREGULAR:
        return IRREGULAR[word]
    for ending, american in ENDINGS.items():
        # "noise", "rise" and "precise" are spelt alike everywhere; what stands in front has to be a word by itself.
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)] + american
    return word


class Search(SearchEnglish):
    """English, with names cut into parts."""

    lang = "en"
    js_stemmer_code = (
        SearchEnglish.js_stemmer_code.replace("var Stemmer =", "var PorterStemmer =")
        + f"""
var Stemmer = function () {{
  const porter = new PorterStemmer();
  const irregular = {json.dumps(IRREGULAR)};
  const endings = {json.dumps(ENDINGS)};
  this.stemWord = (word) => {{
    if (Object.hasOwn(irregular, word)) return stem(irregular[word]);
    for (const [ending, american] of Object.entries(endings))
      if (word.endsWith(ending) && word.length - ending.length >= 4)
        return stem(word.slice(0, -ending.length) + american);
    return stem(word);
  }};
  const stem = (word) => (word === "bias" ? word : porter.stemWord(word));
}};
"""
    )

    def split(self, text):
        """See `parts`."""
        return parts(text)

    def stem(self, word):
        """Porter's stem of the word's one form; "bias" would lose its s."""
        word = one_form(word.lower())
        return word if word == "bias" else super().stem(word)


def _leave_out_index_entries(app, doctree, docname):
    """The terms of the glossary are such entries, and would stand before the chapter on their subject."""
    for entry in list(doctree.findall(addnodes.index)):
        entry.parent.remove(entry)


def setup(app):
    app.add_search_language(Search)
    app.connect("doctree-resolved", _leave_out_index_entries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
