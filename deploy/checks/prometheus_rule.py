"""The PrometheusRule: deploy/monitoring/alerts.yaml under 'spec'."""

from pathlib import Path

ALERTS = Path(__file__).parents[1] / "monitoring/alerts.yaml"

HEADER = """\
# Generated from deploy/monitoring/alerts.yaml by 'deploy/check --write'; change it there.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: reconcile
  labels: { app.kubernetes.io/name: reconcile }
spec:
"""


def prometheus_rule() -> str:
    """The text of the object."""
    lines = ALERTS.read_text().splitlines()
    return HEADER + "".join(f"  {line}\n" if line else "\n" for line in lines)


if __name__ == "__main__":
    print(prometheus_rule(), end="")
