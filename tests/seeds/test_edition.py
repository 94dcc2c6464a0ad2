"""The mark of an edition."""

from seeds import edition as module
from seeds.edition import edition


def test_it_changes_with_any_of_the_data_files(tmp_path, monkeypatch):
    packaged = edition()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "watchlist.toml").write_text("a = 1")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "edition.py"))
    first = edition()
    (tmp_path / "data" / "watchlist.toml").write_text("a = 2")
    assert len({packaged, first, edition()}) == 3
