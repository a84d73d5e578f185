"""The shelf: whole or not at all, by content and never by name, and no picture that tells where it was taken."""

from __future__ import annotations

import io
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from office.proof.evidence_kinds import Kind
from office.proof.evidence_shelf import MOST_BYTES, Kept, Shelf, Size, TooLarge, plain_name
from office.refusal import NotFound, Refused
from tests import files


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "evidence")


def take(shelf: Shelf, file: BinaryIO, name: str = "") -> Kept:
    with shelf.arriving(name) as arriving:
        return arriving.fill(file).keep()


def on(shelf: Shelf) -> list[str]:
    return sorted(str(one.relative_to(shelf.folder)) for one in shelf.folder.rglob("*") if one.is_file())


@pytest.mark.parametrize("media", files.TAKEN)
def test_what_is_taken_is_kept_under_its_hash(shelf: Shelf, media: str) -> None:
    kept = take(shelf, io.BytesIO(files.TAKEN[media]), "随便什么.exe")

    assert (kept.kind.value, kept.size) == (media, len(files.TAKEN[media]))
    assert on(shelf) == [f"{kept.sha256[:2]}/{kept.sha256[2:]}"]
    assert shelf.path(kept.sha256).read_bytes() == files.TAKEN[media] and shelf.is_whole(kept.sha256)


@pytest.mark.parametrize("what", files.REFUSED)
def test_what_is_refused_leaves_nothing_behind(shelf: Shelf, what: str) -> None:
    with pytest.raises(Refused, match=r"没有收下|打不开"):
        take(shelf, io.BytesIO(files.REFUSED[what]), "照片.jpg")

    assert on(shelf) == []


def test_one_byte_too_many_is_refused_and_the_last_one_that_fits_is_not(shelf: Shelf) -> None:
    filled = files.pdf()[:-7] + bytes(MOST_BYTES - len(files.pdf())) + files.pdf()[-7:]

    assert take(shelf, io.BytesIO(filled)).size == MOST_BYTES
    with pytest.raises(TooLarge, match="20MB"):
        take(shelf, io.BytesIO(filled + b"\n"))
    assert len(on(shelf)) == 1


SMALL = [files.photo(size=(40, 30), place=True), files.photo("PNG", (40, 30)), files.photo("WEBP", (40, 30)),
         *(files.TAKEN[media] for media in files.TAKEN if not media.startswith("image/"))]


@given(st.sampled_from(SMALL), st.data())
@settings(max_examples=400, deadline=None)
def test_a_damaged_file_is_a_kind_or_a_sentence_and_never_anything_else(whole: bytes, data: st.DataObject) -> None:
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        try:
            kept = take(shelf, io.BytesIO(bytes(damaged[:cut]) if data.draw(st.booleans()) else bytes(damaged)))
            if kept.kind.is_photo:
                shelf.picture(kept.sha256, Size.THUMB)
        except Refused as refused:
            assert "没有收下" in str(refused) or "打不开" in str(refused)
            assert on(shelf) == []


@pytest.mark.parametrize("came", files.NAMES)
def test_a_name_is_only_text(came: str) -> None:
    assert plain_name(came) == files.NAMES[came]


def test_two_at_once_of_the_same_content_are_one_file(shelf: Shelf) -> None:
    with ThreadPoolExecutor(8) as hands:
        kept = list(hands.map(lambda _: take(shelf, io.BytesIO(files.photo()), "a.jpg"), range(24)))

    assert len(set(kept)) == len(on(shelf)) == 1
    assert shelf.is_whole(kept[0].sha256)


def test_a_block_that_ends_early_leaves_nothing_behind(shelf: Shelf) -> None:
    with pytest.raises(ConnectionError), shelf.arriving("a.jpg") as file:
        file.write(files.photo()[:500])
        raise ConnectionError

    assert on(shelf) == []


def test_what_a_killed_process_left_is_thrown_away_and_what_is_on_its_way_is_not(shelf: Shelf) -> None:
    kept = take(shelf, io.BytesIO(files.photo()))
    half, picture = shelf.folder / "incoming" / "tmp1", shelf.place(kept.sha256).with_name("tmp2")
    for left in (half, picture):
        left.write_bytes(b"half")
    now = picture.stat().st_ctime

    with shelf.arriving("b.pdf") as other:  # another process may be writing while this one starts
        shelf.tidy(now)
        arrived = other.fill(io.BytesIO(files.pdf())).keep()
    assert not half.exists() and picture.exists() and shelf.is_whole(arrived.sha256)
    shelf.tidy(now + 86_500)

    assert on(shelf) == sorted(str(shelf.place(one.sha256).relative_to(shelf.folder)) for one in (kept, arrived))


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_full_disk_is_said_in_words_and_leaves_nothing_behind(shelf: Shelf, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"office.proof.evidence_shelf.os.{step}", full)
    with pytest.raises(Refused, match="写不进（No space left on device），没有收下"):
        take(shelf, io.BytesIO(files.photo()))

    assert on(shelf) == []


def test_a_picture_is_small_and_upright_and_does_not_tell_where_it_was_taken(shelf: Shelf) -> None:
    kept = take(shelf, io.BytesIO(files.photo(size=(4000, 3000), place=True)))
    assert Image.open(shelf.path(kept.sha256)).getexif().get_ifd(0x8825)

    for size in Size:
        shown = Image.open(io.BytesIO(shelf.picture(kept.sha256, size)))
        assert shown.size == (size.pixels * 3 // 4, size.pixels)
        assert not shown.getexif() and "exif" not in shown.info
    assert shelf.picture(kept.sha256, Size.THUMB) == shelf.picture(kept.sha256, Size.THUMB)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_kind_of_pixel_can_be_shown(shelf: Shelf, mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (40, 30)).save(written, "JPEG" if mode == "CMYK" else "PNG")

    kept = take(shelf, io.BytesIO(written.getvalue()))

    assert kept.kind is (Kind.JPEG if mode == "CMYK" else Kind.PNG)
    assert Image.open(io.BytesIO(shelf.picture(kept.sha256, Size.THUMB))).size == (40, 30)


def test_what_is_discarded_is_gone_with_its_pictures_and_a_changed_file_is_found(shelf: Shelf) -> None:
    kept, other = take(shelf, io.BytesIO(files.photo())), take(shelf, io.BytesIO(files.pdf()))
    shelf.picture(kept.sha256, Size.THUMB)

    shelf.discard(kept.sha256)
    shelf.path(other.sha256).write_bytes(b"%PDF-1.7 changed %%EOF")

    assert len(on(shelf)) == 1 and not shelf.is_whole(kept.sha256) and not shelf.is_whole(other.sha256)
    with pytest.raises(NotFound):
        shelf.path(kept.sha256)


@pytest.mark.parametrize("asked", ["../../../etc/passwd", "a" * 63, "A" * 64, "", "." * 64])
def test_only_hashes_are_looked_up(shelf: Shelf, asked: str) -> None:
    with pytest.raises(NotFound):
        shelf.path(asked)
