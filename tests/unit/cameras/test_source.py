from __future__ import annotations

from pathlib import Path

import pytest

from hardware.cameras import SourceError, SourceKind, parse_source


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("rtsp://10.0.0.5/h264", SourceKind.RTSP),
        ("RTSPS://10.0.0.5/h264", SourceKind.RTSP),
        ("http://10.0.0.5/video", SourceKind.MJPEG),
        ("https://10.0.0.5/video", SourceKind.MJPEG),
        ("/dev/video0", SourceKind.USB),
        ("clip.mp4", SourceKind.FILE),
        ("/dev/videos/clip.mp4", SourceKind.FILE),
        ("file:///srv/a%20b.mp4", SourceKind.FILE),
    ],
)
def test_kind_follows_from_the_address(text: str, kind: SourceKind) -> None:
    assert parse_source(text, {}).kind is kind


def test_file_url_becomes_a_path() -> None:
    assert parse_source("file:///srv/a%20b.mp4", {}).address == "/srv/a b.mp4"


def test_password_from_environment_is_quoted_and_never_shown() -> None:
    source = parse_source("rtsp://admin:${CAM_PW}@10.0.0.5:554/h264", {"CAM_PW": "p@ss/w:rd"})
    assert source.address == "rtsp://admin:p%40ss%2Fw%3Ard@10.0.0.5:554/h264"
    assert source.label == "rtsp://***@10.0.0.5:554/h264"
    assert "p@ss" not in repr(source)
    assert "p%40ss" not in repr(source)


def test_messages_of_libraries_are_redacted() -> None:
    source = parse_source("rtsp://admin:${CAM_PW}@10.0.0.5/h264", {"CAM_PW": "p@ss"})
    text = source.redact(f"cannot open {source.address}: user admin:p@ss or p%40ss refused")
    assert "p@ss" not in text
    assert "p%40ss" not in text
    assert "10.0.0.5/h264" in text


def test_whole_source_may_come_from_environment() -> None:
    source = parse_source("${CAM}", {"CAM": "rtsp://u:secret@10.0.0.5/x"})
    assert (source.kind, source.address) == (SourceKind.RTSP, "rtsp://u:secret@10.0.0.5/x")
    assert "secret" not in source.label


def test_secret_in_the_query_is_hidden_and_the_channel_stays() -> None:
    label = parse_source("http://10.0.0.5/cgi?channel=1&user=admin&pwd=hunter2&x=1", {}).label
    assert label == "http://10.0.0.5/cgi?channel=1&user=***&pwd=***&x=1"


def test_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("s3cret\n")
    by_name = parse_source("rtsp://u:${PW}@h/x", {"PW_FILE": str(tmp_path / "pw")})
    by_systemd = parse_source("rtsp://u:${pw}@h/x", {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert by_name.address == by_systemd.address == "rtsp://u:s3cret@h/x"


def test_missing_secret_is_one_clear_error() -> None:
    with pytest.raises(SourceError, match=r"\$\{CAM_PW\}.*found none"):
        parse_source("rtsp://u:${CAM_PW}@h/x", {})


def test_unknown_scheme_is_refused_without_its_login() -> None:
    with pytest.raises(SourceError, match=r"expected rtsp://.*found ftp://\*\*\*@h/x"):
        parse_source("ftp://u:hunter2@h/x", {})
