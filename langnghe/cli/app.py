"""`langnghe`: one command for each job of an operator."""

import logging
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import click
import typer

from langnghe.cli import collect, find, operate, understand
from langnghe.cli.output import console
from langnghe.errors import ConfigError, LangNgheError

PACKAGES = ("crawlers", "nlp", "index", "desk", "api", "ui")

app = typer.Typer(
    help="Lắng Nghe: thu thập, hiểu và tìm những gì người dân nói về công việc của thành phố.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (collect, understand, find, operate):
    module.register(app)


@app.callback()
def configure(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="In nhật ký chi tiết ra stderr.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    check_layout()


def check_layout() -> None:
    """The packages must be the ones beside `langnghe`: PyPI has another distribution that installs an `nlp`."""
    root = Path(__file__).resolve().parents[2]
    for package in PACKAGES:
        spec = find_spec(package)
        found = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if found != root / package:
            raise ConfigError(
                f"Gói `{package}` phải nằm ở {root / package} nhưng Python tìm thấy {found or 'không có gì'}; "
                "hãy gỡ gói trùng tên hoặc đặt PYTHONPATH"
            )


def main() -> None:
    """Runs the command. Our own errors are one plain line; the exit code tells their kind (see langnghe.errors)."""
    try:
        status = app(standalone_mode=False)
    except LangNgheError as error:
        console.print(f"Lỗi: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        console.print("Đã dừng.")
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)
