"""The command line: what people and scripts type, what they get, and how it fails."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawlers.config import load_source
from langnghe.cli.app import app, main
from langnghe.settings import REPOSITORY

COMMANDS = [
    "demo",
    "crawl",
    "sources",
    "schedule",
    "import",
    "ingest",
    "search",
    "classify",
    "stats",
    "reindex",
    "worker",
    "serve",
    "doctor",
    "quarantine",
]
HOTLINE = """Mã,Nội dung,Ngày nhận
A1,"Đường Nguyễn Hữu Cảnh ngập sâu từ tối qua, xe chết máy",19/11/2026 07:30
A2,"Gọi 0901 234 567 để nghe: rác ở hẻm 12 Lê Văn Sỹ hôi quá",19/11/2026 08:00
A3,,19/11/2026 08:10
A4,"duong ngap qua troi o quan 7 ma khong ai lo",19/11/2026 09:00
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANGNGHE_HOME", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var"


def run(*words: str, stdin: str | None = None) -> str:
    result = CliRunner().invoke(app, [*words], input=stdin, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def fail(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """Runs the command as a process would and returns its exit code and the error it printed."""
    monkeypatch.setattr(sys, "argv", ["langnghe", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0), capsys.readouterr().err


@pytest.fixture
def hotline(tmp_path: Path) -> Path:
    file = tmp_path / "1022.csv"
    file.write_text(HOTLINE, encoding="utf-8-sig")
    return file


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_vietnamese(command: str) -> None:
    assert run(command, "--help").strip()
    assert command in run("--help")


def test_a_file_is_imported_and_its_rows_are_searchable(hotline: Path, tmp_path: Path) -> None:
    first = json.loads(run("import", str(hotline), "--source", "tong-dai", "--json").splitlines()[-1])
    assert {name: first[name] for name in ("rows", "imported", "duplicates", "bad")} == {
        "rows": 4,
        "imported": 3,
        "duplicates": 0,
        "bad": 1,
    }
    assert [row["line"] for row in first["bad_rows"]] == [4]
    again = json.loads(run("import", str(hotline), "--source", "tong-dai", "--json").splitlines()[-1])
    assert (again["imported"], again["duplicates"]) == (0, 3)

    found = json.loads(run("search", "duong ngap", "--json"))
    assert found["total"] == 2
    assert all(hit["score"] > 0 for hit in found["hits"])
    here = json.loads(run("search", "ngập", "--place", "Quận 7", "--json"))
    assert [hit["text"] for hit in here["hits"]] == ["duong ngap qua troi o quan 7 ma khong ai lo"]
    assert "234 567" not in run("search", "rác", "--json")

    counts = json.loads(run("stats", "--json"))
    assert (counts["collected"], counts["stored"], counts["annotated"], counts["indexed"]) == (4, 3, 3, 3)
    assert counts["quarantined"] == 1
    rebuilt = json.loads(run("reindex", "--json").splitlines()[-1])
    assert (rebuilt["indexed"], rebuilt["rejected"], rebuilt["removed"]) == (3, 0, 0)
    assert json.loads(run("search", "duong ngap", "--json")) == found


def test_rows_are_classified_from_stdin_to_stdout_with_their_own_fields_kept() -> None:
    rows = [
        {"id": 7, "text": "Đường ngập nước quá trời ở cầu Kênh Tẻ, gọi 0901234567"},
        {"id": 8, "text": ""},
        {"id": 9, "text": "【cá cược bóng đá】nhà cái uy tín tặng 100k, đăng ký ngay"},
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    labelled = [json.loads(line) for line in run("classify", "--input", "-", stdin=lines).splitlines()]
    assert [row["id"] for row in labelled] == [7, 8, 9]
    assert labelled[0]["pii"] == [{"type": "phone", "text": "0901234567"}]
    assert "cầu Kênh Tẻ" in labelled[0]["places"]
    assert set(labelled[0]["topics"]) <= set(labelled[0]["topic_scores"])
    assert labelled[2]["spam"] is True
    assert labelled[0]["language"] == "vi"


def test_a_bad_row_names_its_line_and_leaves_no_half_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "một"}\nkhông phải json\n', encoding="utf-8")
    code, error = fail(capsys, monkeypatch, "classify", "--input", "in.jsonl", "--output", "out.jsonl")
    assert (code, "Dòng 2" in error) == (2, True)
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("search", '"chưa đóng'), 2, "ngoặc kép"),
        (("search", "x", "--place", "Xứ Không Có"), 2, "Xứ Không Có"),
        (("search", "x", "--topic", "khong-co"), 2, "traffic"),
        (("search", "x", "--since", "mai"), 2, "2026-11-20"),
        (("import", "khong-co.csv", "--source", "a"), 2, "khong-co.csv"),
        (("crawl", "khong-co-nguon"), 2, "khong-co-nguon"),
        (("sources", "add", "khong-co.yaml"), 3, "khong-co.yaml"),
    ],
)
def test_our_own_errors_are_one_plain_line_that_says_what_to_do(
    words: tuple[str, ...],
    code: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exit_code, error = fail(capsys, monkeypatch, *words)
    assert exit_code == code
    assert told in error
    assert "Traceback" not in error


def test_a_wrong_setting_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGNGHE_BATCH_SIZE", "nhiều")
    code, error = fail(capsys, monkeypatch, "stats")
    assert (code, "LANGNGHE_BATCH_SIZE" in error) == (3, True)


def test_the_doctor_says_what_is_wrong_and_exits_with_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = {row["check"]: row["state"] for row in json.loads(run("doctor", "--json"))}
    assert healthy["Cơ sở dữ liệu"] == healthy["Mô hình"] == healthy["Chỉ mục tìm kiếm"] == "ok"
    monkeypatch.setenv("LANGNGHE_WEIGHTS_DIR", str(home / "nowhere"))
    code, _ = fail(capsys, monkeypatch, "doctor")
    assert code == 1


def test_a_source_is_added_switched_and_scheduled(tmp_path: Path) -> None:
    shipped = sorted((REPOSITORY / "crawlers" / "sources").glob("*.yaml"))[0]
    name = load_source(shipped).name
    run("sources", "add", str(shipped))
    run("sources", "enable", name)
    assert [config["name"] for config in json.loads(run("sources", "list", "--json")) if config["enabled"]] == [name]
    (upcoming,) = json.loads(run("schedule", "--json")).values()
    assert len(upcoming) == 3
    run("sources", "disable", name)
    assert json.loads(run("schedule", "--json")) == {}


def test_the_program_starts_as_a_process_and_warns_of_a_foreign_package(tmp_path: Path) -> None:
    (tmp_path / "nlp").mkdir()
    (tmp_path / "nlp" / "__init__.py").write_text('"""Another nlp."""\n')
    command = [sys.executable, "-m", "langnghe", "stats", "--json"]
    wrong = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert wrong.returncode != 0
    assert str(tmp_path / "nlp") in wrong.stderr
    right = subprocess.run(command, check=True, capture_output=True, text=True, cwd=REPOSITORY)
    assert json.loads(right.stdout)["stored"] == 0
