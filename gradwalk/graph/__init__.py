"""The picture: boxes and arrows, their measures, and where Graphviz puts them."""
