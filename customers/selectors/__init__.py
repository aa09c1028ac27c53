"""Page-shaped reads across customers."""

from customers.selectors.classes import class_sizes, classes_of
from customers.selectors.issues import IssueSource, open_issues, register_issues
from customers.selectors.next_step import Suggestion, planned_step, suggestion
from customers.selectors.organisations import branch_figures, keys_below, tree_around
from customers.selectors.records import for_page, with_related
from customers.selectors.standing import lifecycle_board, segment_figures, standing_of
from customers.selectors.streams import PAGE, StreamFilter, read_replies, read_screen, stream

__all__ = [
    "PAGE",
    "IssueSource",
    "StreamFilter",
    "Suggestion",
    "branch_figures",
    "class_sizes",
    "classes_of",
    "for_page",
    "keys_below",
    "lifecycle_board",
    "open_issues",
    "planned_step",
    "read_replies",
    "read_screen",
    "register_issues",
    "segment_figures",
    "standing_of",
    "stream",
    "suggestion",
    "tree_around",
    "with_related",
]
