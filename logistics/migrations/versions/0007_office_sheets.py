"""saved mappings of office sheets, remembered names of places, imported sheets and their facts

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-23 20:00:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('sheet_mappings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_area_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_area_id'], ['areas.id'], name=op.f('fk_sheet_mappings_owner_area_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['accounts.id'], name=op.f('fk_sheet_mappings_saved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_mappings')),
    sa.UniqueConstraint('owner_area_id', 'name', name='uq_sheet_mappings_area')
    )
    with op.batch_alter_table('sheet_mappings', schema=None) as batch_op:
        batch_op.create_index('uq_sheet_mappings_platform', ['name'], unique=True, postgresql_where=sa.text('owner_area_id IS NULL'), sqlite_where=sa.text('owner_area_id IS NULL'))

    op.create_table('place_aliases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_area_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.Column('saved_by_id', sa.Integer(), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_place_aliases_area_id')),
    sa.ForeignKeyConstraint(['owner_area_id'], ['areas.id'], name=op.f('fk_place_aliases_owner_area_id')),
    sa.ForeignKeyConstraint(['saved_by_id'], ['accounts.id'], name=op.f('fk_place_aliases_saved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_place_aliases')),
    sa.UniqueConstraint('owner_area_id', 'key', name='uq_place_aliases_area')
    )
    with op.batch_alter_table('place_aliases', schema=None) as batch_op:
        batch_op.create_index('uq_place_aliases_platform', ['key'], unique=True, postgresql_where=sa.text('owner_area_id IS NULL'), sqlite_where=sa.text('owner_area_id IS NULL'))

    op.create_table('sheet_uploads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sheet_uploads_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_uploads')),
    sa.UniqueConstraint('account_id', 'sha256', name=op.f('uq_sheet_uploads_account_id_sha256'))
    )
    with op.batch_alter_table('sheet_uploads', schema=None) as batch_op:
        batch_op.create_index('ix_sheet_uploads_uploaded_at', ['uploaded_at'], unique=False)

    op.create_table('sheet_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner_area_id', sa.Integer(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('sheet', sa.String(length=120), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('mapping_sha256', sa.String(length=64), nullable=False),
    sa.Column('facts_only', sa.Boolean(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sheet_imports_account_id')),
    sa.ForeignKeyConstraint(['owner_area_id'], ['areas.id'], name=op.f('fk_sheet_imports_owner_area_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_imports')),
    sa.UniqueConstraint('owner_area_id', 'sha256', 'sheet', name='uq_sheet_imports_area')
    )
    with op.batch_alter_table('sheet_imports', schema=None) as batch_op:
        batch_op.create_index('ix_sheet_imports_imported_at', ['imported_at'], unique=False)
        batch_op.create_index('uq_sheet_imports_platform', ['sha256', 'sheet'], unique=True, postgresql_where=sa.text('owner_area_id IS NULL'), sqlite_where=sa.text('owner_area_id IS NULL'))

    op.create_table('sheet_facts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=False),
    sa.Column('row_number', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('requested', 'sent', 'received', 'stock', name='factkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('on_day', sa.Date(), nullable=False),
    sa.Column('pieces', sa.Integer(), nullable=False),
    sa.Column('cells', sa.String(length=500), nullable=False),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.Column('effect', sa.String(length=120), nullable=False),
    sa.CheckConstraint('pieces >= 0', name=op.f('ck_sheet_facts_pieces')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_sheet_facts_area_id')),
    sa.ForeignKeyConstraint(['import_id'], ['sheet_imports.id'], name=op.f('fk_sheet_facts_import_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_sheet_facts_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_facts')),
    sa.UniqueConstraint('import_id', 'area_id', 'item_id', 'kind', 'on_day', name=op.f('uq_sheet_facts_import_id_area_id_item_id_kind_on_day'))
    )
    with op.batch_alter_table('sheet_facts', schema=None) as batch_op:
        batch_op.create_index('ix_sheet_facts_area_id_item_id_on_day', ['area_id', 'item_id', 'on_day'], unique=False)


def downgrade():
    for table in ('sheet_facts', 'sheet_imports', 'sheet_uploads', 'place_aliases', 'sheet_mappings'):
        op.drop_table(table)
