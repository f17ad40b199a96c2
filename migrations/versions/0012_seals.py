"""Seals with a key, and where the journal's head was kept."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this state."""


def downgrade() -> None:
    """Bring them back."""
