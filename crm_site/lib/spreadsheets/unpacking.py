"""Bounded opening of plain, .gz and .xz files."""

from __future__ import annotations

import io
import lzma
import zlib
from pathlib import Path
from typing import BinaryIO, Protocol

from crm_site.lib.spreadsheets.limits import MIB, Limits
from crm_site.lib.spreadsheets.refusals import Refusal, SpreadsheetRefused

GZIP_MAGIC = b"\x1f\x8b"
XZ_MAGIC = b"\xfd7zXZ\x00"
_CHUNK = 256 * 1024
_XZ_MEMORY = 128 * MIB  # the dictionary size stands in the file: without a limit it is the sender's choice


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def unpack(self, data: bytes, length: int) -> bytes: ...

    @property
    def hungry(self) -> bool: ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return not self._inner.unconsumed_tail

    def unpack(self, data: bytes, length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, length)


class _Xz:
    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return self._inner.needs_input

    def unpack(self, data: bytes, length: int) -> bytes:
        return self._inner.decompress(data, length)


class UnpackedStream(io.RawIOBase):
    """A read-only stream of unpacked bytes that refuses to give more than its bounds allow."""

    def __init__(self, raw: BinaryIO, limits: Limits) -> None:
        super().__init__()
        magic = raw.read(6)
        raw.seek(0)
        self._raw = raw
        self._limits = limits
        self._kind: type[_Gzip] | type[_Xz] | None = None
        if magic.startswith(GZIP_MAGIC):
            self._kind = _Gzip
        elif magic == XZ_MAGIC:
            self._kind = _Xz
        self._decompressor: _Decompressor | None = self._kind() if self._kind else None
        self._packed = self._given = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # typeshed: any buffer
        """Fill the buffer. Raises SpreadsheetRefused beyond the bounds or when the packing is damaged."""
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self._given += len(data)
        if self._given > self._limits.csv_bytes:
            raise SpreadsheetRefused(Refusal.TOO_MANY_BYTES, self._limits.csv_bytes)
        if (
            self._decompressor is not None
            and self._given > self._limits.ratio_from_bytes
            and self._given > self._limits.ratio * self._packed
        ):
            raise SpreadsheetRefused(Refusal.TOO_COMPRESSED, self._limits.ratio)
        return len(data)

    def close(self) -> None:
        """Close the file below as well."""
        self._raw.close()
        super().close()

    def _read(self, length: int) -> bytes:
        if self._kind is None:
            return self._raw.read(length)
        try:
            return self._unpack(length, self._kind)
        except (zlib.error, lzma.LZMAError, EOFError) as error:
            raise SpreadsheetRefused(Refusal.DAMAGED) from error

    def _unpack(self, length: int, kind: type[_Gzip] | type[_Xz]) -> bytes:
        while True:
            decompressor = self._decompressor
            if decompressor is None:
                return b""
            rest = b""
            if decompressor.eof:  # a further member may follow
                rest = decompressor.unused_data.lstrip(b"\x00") or self._fetch()
                if not rest:
                    return b""
                decompressor = self._decompressor = kind()
            elif decompressor.hungry:
                rest = self._fetch()
                if not rest:
                    raise EOFError
            data = decompressor.unpack(rest, length)
            if data:
                return data

    def _fetch(self) -> bytes:
        data = self._raw.read(_CHUNK)
        self._packed += len(data)
        return data


def open_unpacked(path: Path, limits: Limits) -> io.BufferedReader:
    """Open a plain, gzip or xz file by its first bytes, whatever it is called."""
    return io.BufferedReader(UnpackedStream(path.open("rb"), limits), _CHUNK)
