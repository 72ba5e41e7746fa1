"""What one Python file says by itself: records (``records``) and the extractor that makes them (``extract``)."""
