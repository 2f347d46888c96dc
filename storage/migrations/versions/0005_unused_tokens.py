"""Finding which of somebody's tokens has not been used for longest, however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_token_person_id_alive_at",
        "token",
        ["person_id", sa.text("coalesce(last_used_at, created_at)")],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_token_person_id_alive_at", table_name="token")
