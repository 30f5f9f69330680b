"""The one error tree; every message says what was found, what was wanted and what to run.

WenzhengError
├── UsageError             the caller asked for something that makes no sense (exit status 2)
│   └── SettingsError      a setting has a value it cannot have
├── DocumentError          a file cannot be read as a document
├── LibraryError           the library folder cannot be used
│   ├── LibraryMissing     there is none yet
│   ├── LibraryBusy        another process is writing to it
│   ├── LibraryMismatch    built by another encoder, or by a newer version
│   └── StoreError         the search engine outside the folder does not answer
├── EncoderError           the encoder is missing or does not work
└── ModelError             a language or entailment model is missing, fails or is too slow
"""


class WenzhengError(Exception):
    """Anything a user can be told in one sentence; exit status 1 unless a subclass says otherwise."""


class UsageError(WenzhengError):
    """The command or call was wrong; exit status 2."""


class SettingsError(UsageError):
    """A setting has a value it cannot have."""


class DocumentError(WenzhengError):
    """A file cannot be read as a document; `why` names the reason for those who tell it in another language.

    `limit` is how much would have been taken, in megabytes, where the size is the reason.
    """

    def __init__(self, message: str, why: str = "", limit: int = 0) -> None:
        super().__init__(message)
        self.why = why
        self.limit = limit


class LibraryError(WenzhengError):
    """The library folder cannot be used."""


class LibraryMissing(LibraryError):
    """There is no library in the folder."""


class LibraryBusy(LibraryError):
    """Another process holds the library's write lock."""


class LibraryMismatch(LibraryError):
    """The library was built with another encoder or by a newer version."""


class StoreError(LibraryError):
    """The search engine that the library is set to use is not installed, does not answer or refuses."""


class EncoderError(WenzhengError):
    """The encoder is missing or does not work."""


class ModelError(WenzhengError):
    """A language or entailment model is missing, fails or is too slow."""
