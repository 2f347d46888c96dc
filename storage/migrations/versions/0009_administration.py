"""What administrators can set: blocks, grants of quota, limits of societies, rooms out of use."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = (
    ("building", "retired_at", sa.BigInteger()),
    ("room", "retired_at", sa.BigInteger()),
    ("person", "blocked_until", sa.BigInteger()),
    ("person", "block_reason", sa.Text()),
    ("society", "series_hours", sa.Integer()),
    ("society", "weekly_minutes", sa.Integer()),
    ("society", "dissolved_at", sa.BigInteger()),
)


def upgrade() -> None:
    for table, name, kind in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "quota_grant",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("person_id", _SERIAL, nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quota_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_grant")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quota_grant_person_id_week", "quota_grant", ["person_id", "week"])


def downgrade() -> None:
    op.drop_table("quota_grant")
    for table, name, _ in reversed(_COLUMNS):
        op.drop_column(table, name)
