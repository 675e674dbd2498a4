"""deploy/kubernetes/install.yaml: what 'kubectl kustomize' builds of the minimal overlay, in one file."""

import subprocess
from pathlib import Path

KUBERNETES = Path(__file__).parents[1] / "kubernetes"
INSTALL = KUBERNETES / "install.yaml"

HEADER = """\
# Everything that the daemon needs in one file, for 'kubectl apply -f'. Change three things in it: the image, AUTHENTIK_URL,
# and the desired state in the ConfigMap 'reconcile-config'. The two Secrets are made by hand: see deploy/README.md.
#
# Generated from deploy/kubernetes/overlays/minimal by 'deploy/check --write'.
"""


def install_manifest() -> str:
    """The text of the file."""
    command = ["kubectl", "kustomize", KUBERNETES / "overlays/minimal"]
    return HEADER + subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    print(install_manifest(), end="")
