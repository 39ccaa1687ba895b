"""lists from chat groups: mappings, names of products and households, imports, and the orders that came of them

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-23 22:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

EVERYWHERE = sa.text('owner_area_id IS NULL')


def upgrade():
    op.create_table('chat_mappings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_area_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_area_id'], ['areas.id'], name=op.f('fk_chat_mappings_owner_area_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['accounts.id'], name=op.f('fk_chat_mappings_saved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_mappings')),
    sa.UniqueConstraint('owner_area_id', 'source', name='uq_chat_mappings_area')
    )
    with op.batch_alter_table('chat_mappings', schema=None) as batch_op:
        batch_op.create_index('uq_chat_mappings_platform', ['source'], unique=True, postgresql_where=EVERYWHERE, sqlite_where=EVERYWHERE)

    op.create_table('chat_product_names',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_area_id', sa.Integer(), nullable=True),
    sa.Column('merchant_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['merchant_id'], ['merchants.id'], name=op.f('fk_chat_product_names_merchant_id')),
    sa.ForeignKeyConstraint(['owner_area_id'], ['areas.id'], name=op.f('fk_chat_product_names_owner_area_id')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_chat_product_names_product_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['accounts.id'], name=op.f('fk_chat_product_names_saved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_product_names')),
    sa.UniqueConstraint('owner_area_id', 'merchant_id', 'key', name='uq_chat_product_names_area')
    )
    with op.batch_alter_table('chat_product_names', schema=None) as batch_op:
        batch_op.create_index('uq_chat_product_names_platform', ['merchant_id', 'key'], unique=True, postgresql_where=EVERYWHERE, sqlite_where=EVERYWHERE)

    op.create_table('chat_home_names',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_area_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_chat_home_names_household_id')),
    sa.ForeignKeyConstraint(['owner_area_id'], ['areas.id'], name=op.f('fk_chat_home_names_owner_area_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['accounts.id'], name=op.f('fk_chat_home_names_saved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_home_names')),
    sa.UniqueConstraint('owner_area_id', 'key', name='uq_chat_home_names_area')
    )
    with op.batch_alter_table('chat_home_names', schema=None) as batch_op:
        batch_op.create_index('uq_chat_home_names_platform', ['key'], unique=True, postgresql_where=EVERYWHERE, sqlite_where=EVERYWHERE)

    op.create_table('chat_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_area_id', sa.Integer(), nullable=True),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('sheet', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.Column('forgotten', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_chat_imports_account_id')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name=op.f('fk_chat_imports_campaign_id')),
    sa.ForeignKeyConstraint(['owner_area_id'], ['areas.id'], name=op.f('fk_chat_imports_owner_area_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_imports'))
    )
    with op.batch_alter_table('chat_imports', schema=None) as batch_op:
        batch_op.create_index('ix_chat_imports_campaign_id_sha256', ['campaign_id', 'sha256'], unique=False)
        batch_op.create_index('ix_chat_imports_imported_at', ['imported_at'], unique=False)

    op.create_table('chat_orders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('identity', sa.String(length=64), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('content', sa.String(length=64), nullable=False),
    sa.Column('row_number', sa.Integer(), nullable=False),
    sa.Column('remark', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['chat_imports.id'], name=op.f('fk_chat_orders_import_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_chat_orders_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_orders')),
    sa.UniqueConstraint('identity', name=op.f('uq_chat_orders_identity')),
    sa.UniqueConstraint('order_id', name=op.f('uq_chat_orders_order_id'))
    )
    with op.batch_alter_table('chat_orders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chat_orders_import_id'), ['import_id'], unique=False)


def downgrade():
    for table in ('chat_orders', 'chat_imports', 'chat_home_names', 'chat_product_names', 'chat_mappings'):
        op.drop_table(table)
