"""The software bill of materials: every package that the page runs with, in CycloneDX's form: `make sbom`.

Written to ``deploy/sbom.json``, which is in the image too. A test compares it with ``requirements.txt``.
"""

from __future__ import annotations

import json
import tomllib
import uuid
from importlib.metadata import distribution

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from deploy.licences import ROOT, Package, packages

DOCUMENT = ROOT / "deploy" / "sbom.json"
CONTAINER = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.17",
    "python_version": "3.11",
    "sys_platform": "linux",
}
"""Which packages another one needs is told for the image, wherever this runs."""


def project() -> Component:
    """The application itself."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    licences = [LicenseFactory().make_from_string(said["license"])]
    return Component(
        name=said["name"],
        version=said["version"],
        description=said["description"],
        type=ComponentType.APPLICATION,
        bom_ref=said["name"],
        licenses=licences,
    )


def component(package: Package) -> Component:
    purl = PackageURL("pypi", name=package.name, version=package.version)
    licences = [LicenseFactory().make_from_string(package.licence)]
    return Component(name=package.name, version=package.version, purl=purl, bom_ref=str(purl), licenses=licences)


def needs(name: str) -> set[NormalizedName]:
    """The packages that this one needs in the image, by its own metadata."""
    wanted = [Requirement(line) for line in distribution(name).requires or ()]
    return {canonicalize_name(one.name) for one in wanted if one.marker is None or one.marker.evaluate(CONTAINER)}


def bill(listed: list[Package]) -> Bom:
    """Without a time, so that it changes only when what it lists does."""
    bom = Bom()
    bom.metadata.component = whole = project()
    parts = {canonicalize_name(package.name): component(package) for package in listed}
    for part in parts.values():
        bom.components.add(part)
    bom.register_dependency(whole, parts.values())
    for name, part in parts.items():
        bom.register_dependency(part, [parts[other] for other in sorted(needs(name) & parts.keys())])
    return bom


def document(listed: list[Package]) -> str:
    said = json.loads(JsonV1Dot6(bill(listed)).output_as_string())
    del said["metadata"]["timestamp"], said["serialNumber"]
    content = json.dumps(said, indent=1, sort_keys=True)
    said["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, content).urn
    return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    DOCUMENT.write_text(document(packages()), encoding="utf-8")


if __name__ == "__main__":
    main()
