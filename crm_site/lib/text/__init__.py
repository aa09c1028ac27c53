"""Text: cleaning, folding, search tokens and sort keys for Latin and Chinese."""

from crm_site.lib.text.cleaning import clean_text
from crm_site.lib.text.folding import fold
from crm_site.lib.text.marking import marked
from crm_site.lib.text.searching import escape_like, search_terms, search_text, typed_digits, typed_pieces
from crm_site.lib.text.slips import is_near, near_expression
from crm_site.lib.text.sorting import SORT_KEY_LENGTH, sort_key

__all__ = [
    "SORT_KEY_LENGTH",
    "clean_text",
    "escape_like",
    "fold",
    "is_near",
    "marked",
    "near_expression",
    "search_terms",
    "search_text",
    "sort_key",
    "typed_digits",
    "typed_pieces",
]
