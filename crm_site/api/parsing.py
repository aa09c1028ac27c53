"""Reading the bodies of requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class RecordParser(JSONParser):
    """Reads JSON that can be stored and answered: half a character or endless nesting is a problem of the input.

    JSON can spell half of a surrogate pair, which neither PostgreSQL nor an answer that quotes it can hold.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body; raise ParseError where it is no JSON or cannot be said again."""
        try:
            data: Any = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError) as error:
            raise ParseError(_("The body cannot be read.")) from error
        return data
