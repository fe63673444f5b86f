"""When and where a meeting is held, and who keeps its minutes: the hour, the room, the rapporteur's function."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "meeting",
        sa.Column(
            "begins", sa.Integer(), nullable=True, comment="minutes after midnight in Casablanca; NULL: not said"
        ),
    )
    op.add_column(
        "meeting",
        sa.Column("room", sa.Text(), server_default="", nullable=False, comment="within the place"),
    )
    op.add_column(
        "meeting",
        sa.Column(
            "rapporteur", sa.Text(), server_default="", nullable=False, comment="a function; never a person's name"
        ),
    )


def downgrade() -> None:
    for name in ("rapporteur", "room", "begins"):
        op.drop_column("meeting", name)
