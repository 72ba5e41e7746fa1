"""What atomlint says about mapped classes, judged by SQLAlchemy itself: written cases, generated models, three versions."""
