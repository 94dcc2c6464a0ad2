"""The compiled build: hot modules of pure Python become C extensions, by mypyc.

Off unless asked for (``HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 pip install .``), since it needs a C
compiler and minutes.  The sources stay beside the extensions, which Python prefers.  All is
made in a folder of its own: a checkout never holds an extension that would go stale behind
its source, and for the same reason an editable install is never compiled.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledBuild(BuildHookInterface):
    """Options in pyproject.toml: ``modules``, globs from the project's root."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile ``modules`` and add the extensions to the wheel."""
        if version == "editable":
            self.app.display_warning("an editable install is not compiled; leave out -e for a fast one")
            return
        self._folder = Path(tempfile.mkdtemp(prefix="movewire-build-"))
        modules = sorted(
            str(file.relative_to(self.root))
            for pattern in self.config["modules"]
            for file in Path(self.root).glob(pattern)
        )
        for room in self.build_config.packages:
            shutil.copytree(Path(self.root, room), self._folder / room)
        self._compile(modules)
        for extension in self._folder.glob("**/*.so"):
            place = extension.relative_to(self._folder)
            if place.parts[0] != "build":
                build_data["force_include"][str(extension)] = str(place)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def _compile(self, modules: list[str]) -> None:
        command = [sys.executable, "-m", "mypyc", "--ignore-missing-imports", *modules]
        done = subprocess.run(
            command,
            cwd=self._folder,
            env={"MYPYC_OPT_LEVEL": "2", **os.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            told = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
            raise RuntimeError(
                f"{told}\nthe compiled build failed (above): it needs a C compiler and Python's headers; "
                "without HATCH_BUILD_HOOK_ENABLE_CUSTOM the same program is installed uncompiled"
            )

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made on the way."""
        if version != "editable":
            shutil.rmtree(self._folder)
