"""How the command line ends: with its exit status, and after a mistake in one sentence, never in a traceback."""

from __future__ import annotations

import os
import sys

import typer

from index.errors import UsageError, WenzhengError


def run(app: typer.Typer) -> None:
    """Runs the command that the arguments name; raises SystemExit unless all went well."""
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
        if status:  # Typer returns what it would have exited with, after Ctrl-C too
            raise SystemExit(status)
    except BrokenPipeError:
        # Whoever read the output wanted no more of it; Python would complain when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    except typer.Abort:
        raise SystemExit(130) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        # Typer's own usage errors know their exit status and how to show themselves.
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            message = error.format_message().strip()  # empty where the help was shown instead
            if message:
                print(f"{message.rstrip('.')}; see `wenzheng --help`.", file=sys.stderr)
            raise SystemExit(2) from None
        raise
