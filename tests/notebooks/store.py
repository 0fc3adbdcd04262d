"""Run notebooks and store their outputs, pictures made small: python tests/notebooks/store.py NOTEBOOK ...

For authors, after a change. Strict nbval then compares what is stored with a fresh run.
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

WIDGETS = "application/vnd.jupyter.widget-state+json"


def main(paths: list[str]) -> None:
    """Run each notebook in its own folder and write it back."""
    for path in map(Path, paths):
        notebook = nbformat.read(path, as_version=4)
        place = {"metadata": {"path": str(path.parent)}}
        NotebookClient(notebook, timeout=120, resources=place).execute()
        _tidy(notebook)
        nbformat.write(notebook, path)
        print(f"{path}: {path.stat().st_size // 1000} kB")


def _tidy(notebook: nbformat.NotebookNode) -> None:
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = _small(data["image/png"])
    state = notebook.metadata.get("widgets", {}).get(WIDGETS, {"state": {}})["state"]
    for model in state.values():
        for buffer in model.get("buffers", []):
            buffer["data"] = _small(buffer["data"])


def _small(picture: str) -> str:
    """Return a base64 PNG with at most 256 colours: plots need no more."""
    image = Image.open(io.BytesIO(base64.b64decode(picture)))
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    file = io.BytesIO()
    flat.quantize(256, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    main(sys.argv[1:])
