"""What the wheel holds besides the library: the page, as ``gradwalk/page``, with the tree that it has here."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
FILES = ("app.py", ".streamlit/config.toml")
FOLDERS = ("pages", "components", "serving")
NOT_NEEDED = shutil.ignore_patterns("__pycache__", "libraries", "node_modules")


class BuildWithPage(build_py):
    """The library as it is built anyway, and the page's files beside it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # a checkout has them already
            return
        page = Path(self.build_lib) / "gradwalk" / "page"
        for name in FILES:
            (page / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, page / name)
        for name in FOLDERS:
            shutil.copytree(ROOT / name, page / name, ignore=NOT_NEEDED, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithPage})
