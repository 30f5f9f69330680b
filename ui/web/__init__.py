"""The web page: questions on the left, the proof on the right."""

import os

# Read when Gradio is imported: without these it asks its makers' hosts for its version at every start.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
