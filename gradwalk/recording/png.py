"""What a PNG says of itself, where it comes as base64."""

from __future__ import annotations

import base64
import struct

_START = 32
"""Letters of base64: the signature, and the beginning of the first chunk, which has the size."""


def png_width(picture: str) -> int:
    """In pixels; 0 for what is no PNG."""
    try:
        start = base64.b64decode(picture[:_START])
        width: int = struct.unpack(">I", start[16:20])[0]
    except (ValueError, struct.error):
        return 0
    return width if start[1:4] == b"PNG" else 0
