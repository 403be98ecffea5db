"""The table [files] of bot.toml: where the bytes of files are kept, and which files are taken."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.settings.values import Table, Whole, all_different, wrong

MEGABYTE = 1024 * 1024


class Keep(StrEnum):
    DATABASE = "database"
    DIRECTORY = "directory"


def _media_type(value: str) -> str:
    if not re.fullmatch(r"[a-z]+/(\*|[a-z0-9][a-z0-9.+-]*\*?)", value, re.ASCII):
        raise wrong("This is not a type of files.", 'Write one like "image/png", or "image/*" for all of a kind.')
    return value


MediaType = Annotated[str, AfterValidator(_media_type)]
Megabytes = Annotated[Whole, Field(ge=1, le=100)]

PROGRAMS = ("application/x-msdownload", "application/x-executable", "application/x-mach-binary")
"""What Windows, Linux and macOS run."""


class FilesTable(Table):
    store: Keep = Field(default=Keep.DATABASE, description="where new files are kept: database or directory")
    directory: Path = Field(default=Path("files"), description="the folder of files, in data_dir")
    max_mb: Megabytes = Field(default=25, description="megabytes of one file")
    limits: Mapping[MediaType, Megabytes] = Field(default={"image/*": 10}, description="megabytes by type of file")
    forbidden: Annotated[tuple[MediaType, ...], AfterValidator(all_different)] = Field(
        default=PROGRAMS, description="types of files that are not taken"
    )

    @property
    def max_bytes(self) -> int:
        return self.max_mb * MEGABYTE

    @property
    def limits_in_bytes(self) -> Mapping[str, int]:
        return {kind: megabytes * MEGABYTE for kind, megabytes in self.limits.items()}
