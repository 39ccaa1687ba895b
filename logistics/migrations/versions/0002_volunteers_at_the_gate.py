"""volunteers who carry from the gate to the buildings

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-23 12:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('compounds', schema=None) as batch_op:
        batch_op.add_column(sa.Column('volunteer_count', sa.Integer(), server_default='0', nullable=False))
    with op.batch_alter_table('plan_stops', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rounds', sa.JSON(), nullable=True))


def downgrade():
    with op.batch_alter_table('plan_stops', schema=None) as batch_op:
        batch_op.drop_column('rounds')
    with op.batch_alter_table('compounds', schema=None) as batch_op:
        batch_op.drop_column('volunteer_count')
