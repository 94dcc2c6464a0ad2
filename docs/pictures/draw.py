"""Draws the pictures of ``docs/discord.md``: ``python docs/pictures/draw.py``, by hand and seldom.

Plays the packaged demo, renders one of its alerts as the bot would send it, lays the embed
out on a small page as Discord does, and takes its picture with Chromium (``chromium`` on the
path); then the history of an entity, with matplotlib.  Nothing of the project needs either.
"""

import html
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from bot import answers
from bot.charts import asked
from bot.render import Dress, message
from storage.model import MoveKind
from storage.sqlite import SqliteStore, open_store

HERE = Path(__file__).resolve().parent
SUBJECT = "scale-ai"  # whose history is drawn, and an alert of whom is shown
KIND = MoveKind.FUNDING
WIDTH, HEIGHT, SCALE = 620, 700, 2
COLOURS = 128  # of the finished pictures: small files

STYLE = """
body { margin: 0; background: #313338; color: #dbdee1; font: 16px/1.375 "Noto Sans", "DejaVu Sans", sans-serif }
.message { display: flex; gap: 16px; padding: 16px 16px 18px }
.face { width: 40px; height: 40px; border-radius: 50%; background: #0e7490; color: #fff; font-weight: 700;
  display: grid; place-items: center; flex: none }
.name { color: #f2f3f5; font-weight: 600 } .app { background: #5865f2; color: #fff; border-radius: 3px;
  font-size: 10px; font-weight: 600; padding: 1px 5px; vertical-align: 2px } .at { color: #949ba4; font-size: 12px }
.embed { border-left: 4px solid; border-radius: 4px; background: #2b2d31; padding: 10px 16px 14px 12px;
  margin-top: 4px; font-size: 14px; max-width: 516px }
.title { font-size: 16px; font-weight: 600; color: #00a8fc } .field { margin-top: 8px }
.inline { display: inline-block; min-width: 45%; vertical-align: top }
.label { color: #f2f3f5; font-weight: 600 } .footer { margin-top: 8px; font-size: 12px; color: #b5bac1 }
a { color: #00a8fc; text-decoration: none } blockquote { margin: 4px 0 0; padding: 0 8px 0 12px;
  border-left: 4px solid #4e5058 } .time { background: #3b3d44; border-radius: 3px; padding: 0 2px }
.buttons { display: flex; gap: 8px; margin-top: 8px } .button { background: #4e5058; color: #fff;
  border-radius: 3px; padding: 6px 16px; font-size: 14px; font-weight: 500 }
"""


def marked(text: str) -> str:
    """Discord's markdown, as far as alerts use it, as HTML."""
    lines = []
    for line in text.split("\n"):
        quoted = line.startswith("> ")
        shown = html.escape(line.removeprefix("> "), quote=False)
        shown = re.sub(r"\[((?:[^\]\\]|\\.)*)\]\((https?://[^)]+)\)", r'<a href="\2">\1</a>', shown)
        shown = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", shown)
        shown = re.sub(r"&lt;t:(\d+):(\w)&gt;", _time, shown)
        shown = re.sub(r"\\([\\*_~`|\[\]#>.-])", r"\1", shown)
        lines.append(f"<blockquote>{shown}</blockquote>" if quoted else f"<div>{shown}</div>")
    return "".join(lines)


def _time(found: re.Match[str]) -> str:
    when = datetime.fromtimestamp(int(found[1]), UTC)
    shape = "%d/%m/%Y" if found[2] == "d" else "%-d %B %Y at %H:%M"
    return f'<span class="time">{when:{shape}}</span>'


def page(payload: dict) -> str:
    """The message on a page of its own."""
    [embed] = payload["embeds"]
    fields = "".join(
        f'<div class="field{" inline" if one["inline"] else ""}">'
        f'<div class="label">{marked(one["name"])}</div>{marked(one["value"])}</div>'
        for one in embed["fields"]
    )
    buttons = "".join(
        f'<span class="button">{html.escape(one["label"])}</span>'
        for row in payload["components"]
        for one in row["components"]
    )
    return f"""<!doctype html><meta charset="utf-8"><style>{STYLE}</style>
<div class="message"><div class="face">M</div><div>
<span class="name">Movewire</span> <span class="app">APP</span> <span class="at">Today at 13:12</span>
<div class="embed" style="border-color: #{embed["color"]:06x}"><div class="title">{html.escape(embed["title"])}</div>
{marked(embed["description"])}{fields}<div class="footer">{html.escape(embed["footer"]["text"])}</div></div>
<div class="buttons">{buttons}</div></div></div>"""


def draw_alert(store: SqliteStore, folder: Path) -> None:
    """``alert.png``: an alert about ``SUBJECT``, as it stands after other outlets joined."""
    stories = answers.entity(store, SUBJECT, datetime.now(UTC)).profile.stories
    shown = [one for story in stories for one in store.deliveries.for_story(story.id)]
    sent = max(
        (one for one in shown if one.alert.move and one.alert.move.kind is KIND),
        key=lambda one: (len(one.alert.outlets), one.alert.update is None),
    )
    payload = message(replace(sent.alert, update=None), Dress(key=sent.key, buttons=True))
    source = folder / "alert.html"
    source.write_text(page(payload), encoding="utf-8")
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={folder / 'profile'}", f"--force-device-scale-factor={SCALE}",
         f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={HERE / 'alert.png'}", source.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def main() -> None:
    """Draw both."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "bot.cli", "demo", "--keep", str(folder / "demo.db")]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        with open_store(folder / "demo.db") as store:
            draw_alert(store, folder)
            draw = asked.of_entities(store, [answers.entity(store, SUBJECT, datetime.now(UTC)).profile])
            assert draw is not None
            (HERE / "timeline.png").write_bytes(draw())
    for picture in HERE.glob("*.png"):
        Image.open(picture).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main()
