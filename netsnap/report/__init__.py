"""An explanation as terminal text, Markdown and JSON."""
