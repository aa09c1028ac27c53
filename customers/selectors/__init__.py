"""Page-shaped reads across customers."""

from customers.selectors.records import PAGE, stream, with_related
from customers.selectors.standing import lifecycle_board, segment_figures, standing_of

__all__ = ["PAGE", "lifecycle_board", "segment_figures", "standing_of", "stream", "with_related"]
