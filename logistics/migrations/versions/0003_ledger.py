"""the ledger: lots, holders of every kind, chained transfers, reservations, shipments, counts

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-23 16:00:00

"""
import hashlib
import json
from collections import Counter, defaultdict
from datetime import timezone

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

OLD_APPEND_ONLY = ('transfers', 'entries')
SAID_OF_A_LOT = ('item_id', 'number', 'source_kind', 'source_name', 'fund_tag')
APPEND_ONLY = {
    'lots': (('id',), (*SAID_OF_A_LOT, 'expires_on'), SAID_OF_A_LOT),
    'holders': (('id',), ('household_id',), ('area_id', 'kind', 'name'), ('kind', 'name')),
    'transfers': (('id',), ('key',), ('item_id', 'sequence'), ('reverses_id',)),
    'entries': (('id',), ('transfer_id', 'holder_id', 'lot_id')),
    'stock_counts': (('id',), ('key',), ('transfer_id',)),
    'shipment_settlements': (('transfer_id',),),
}
"""Tables that refuse every change of a row, with their unique keys."""
ONLY_AMONG = {
    ('lots', SAID_OF_A_LOT): 'expires_on IS NULL AND NEW.expires_on IS NULL',
    ('holders', ('kind', 'name')): "kind = 'supplier'",
}
"""What the index of a key is about, where that is not every row."""
UNBOUNDED = ('supplier', 'count_difference')
MOMENT = sa.DateTime(timezone=True)

OLD_HOLDERS = sa.table('holders', *map(sa.column, ('id', 'kind', 'name', 'area_id')))
OLD_TRANSFERS = sa.table(
    'transfers', *map(sa.column, ('id', 'key', 'kind', 'item_id', 'source')), sa.column('happened_at', MOMENT)
)
OLD_ENTRIES = sa.table('entries', *map(sa.column, ('id', 'transfer_id', 'holder_id', 'quantity')))


def upgrade():
    """The tables of movements are made anew with their rows and ids, because most of their columns must not be empty.
    Every movement so far gets its place in its item's chain, and every receipt's source becomes a lot."""
    bind = op.get_bind()
    holders = bind.execute(sa.select(OLD_HOLDERS).order_by(OLD_HOLDERS.c.id)).mappings().all()
    transfers = bind.execute(sa.select(OLD_TRANSFERS).order_by(OLD_TRANSFERS.c.id)).mappings().all()
    entries = bind.execute(sa.select(OLD_ENTRIES).order_by(OLD_ENTRIES.c.id)).mappings().all()
    for table in ('entries', 'transfers', 'holders'):
        op.drop_table(table)
    _change_items()
    _create_tables()
    _carry_over(bind, holders, transfers, entries)
    for table, keys in APPEND_ONLY.items():
        _append_only(table)
        _never_replaced(table, keys)
    _never_replaced('ledger_heads', (('item_id',),))
    _entries_are_closed()
    _heads_go_on()


def _append_only(table):
    """Refuse UPDATE and DELETE: a mistake is mended by a reversal, never by an edit."""
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"  # of migration 0001
    )


def _never_replaced(table, keys):
    """SQLite's INSERT OR REPLACE deletes the row in its way without asking the triggers about it."""
    if op.get_bind().dialect.name != 'sqlite':
        return
    conditions = []
    for key in keys:
        same = [f'{column} = NEW.{column}' for column in key] + [ONLY_AMONG.get((table, key), 'TRUE')]
        conditions.append(f"({' AND '.join(same)})")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {' OR '.join(conditions)}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


CLOSED = (
    "SELECT 1 FROM transfers JOIN ledger_heads ON ledger_heads.item_id = transfers.item_id "
    "WHERE transfers.id = NEW.transfer_id AND transfers.sequence <= ledger_heads.sequence"
)
NAMED = (
    "SELECT 1 FROM transfers WHERE transfers.item_id = NEW.item_id AND transfers.sequence = NEW.sequence "
    "AND transfers.hash = NEW.hash"
)
UNEVEN = (
    "SELECT 1 FROM transfers JOIN entries ON entries.transfer_id = transfers.id WHERE transfers.item_id = NEW.item_id "
    "AND transfers.sequence > OLD.sequence AND transfers.sequence <= NEW.sequence "
    "GROUP BY entries.transfer_id, entries.lot_id HAVING sum(entries.quantity) <> 0"
)


def _entries_are_closed():
    """Once the head of the chain has gone on to a movement, nobody adds a leg to it."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(
            f"CREATE TRIGGER entries_closed BEFORE INSERT ON entries WHEN EXISTS ({CLOSED}) "
            "BEGIN SELECT RAISE(ABORT, 'entries is append-only: the movement is closed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_late_entry() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF EXISTS ({CLOSED}) THEN "
        "RAISE EXCEPTION 'entries is append-only: the movement is closed'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER entries_closed BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION refuse_late_entry()"
    )


def _heads_go_on():
    """The head of a chain goes on to a later movement, which it names by its hash, and whose legs sum to zero in each
    lot with those of all between; it never goes back."""
    bad = (
        f"NEW.item_id <> OLD.item_id OR NEW.sequence <= OLD.sequence OR NOT EXISTS ({NAMED}) OR EXISTS ({UNEVEN})"
    )
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(
            f"CREATE TRIGGER ledger_heads_go_on BEFORE UPDATE ON ledger_heads WHEN {bad} "
            "BEGIN SELECT RAISE(ABORT, 'ledger_heads go on to movements whose legs sum to zero'); END"
        )
        op.execute(
            "CREATE TRIGGER ledger_heads_no_delete BEFORE DELETE ON ledger_heads "
            "BEGIN SELECT RAISE(ABORT, 'ledger_heads is append-only'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION check_ledger_head() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {bad} THEN "
        "RAISE EXCEPTION 'ledger_heads go on to movements whose legs sum to zero'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_heads_go_on BEFORE UPDATE ON ledger_heads "
        "FOR EACH ROW EXECUTE FUNCTION check_ledger_head()"
    )
    op.execute(
        "CREATE TRIGGER ledger_heads_no_delete BEFORE DELETE OR TRUNCATE ON ledger_heads "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _carry_over(bind, holders, transfers, entries):
    metadata = sa.MetaData()
    tables = {
        name: sa.Table(name, metadata, autoload_with=bind)
        for name in ('lots', 'holders', 'ledger_heads', 'transfers', 'entries', 'balances')
    }

    def insert(name, rows):
        if rows:
            bind.execute(tables[name].insert(), rows)

    codes = dict(bind.execute(sa.text('SELECT id, code FROM items')).all())
    insert('holders', [
        {**holder, 'name': holder['name'] if holder['kind'] == 'supplier' else '', 'household_id': None} for holder in holders
    ])
    lots = _lots(transfers)
    insert('lots', list(lots.values()))
    labels = {holder['id']: _holder_label(holder) for holder in holders}
    bounded = {holder['id']: holder['kind'] not in UNBOUNDED for holder in holders}
    legs = defaultdict(Counter)
    for entry in entries:
        legs[entry['transfer_id']][entry['holder_id']] += entry['quantity']
    heads, balances, chained, rows = {}, {}, [], []
    for transfer in transfers:
        lot = lots[_lot_of(transfer, lots)]
        head = heads.setdefault(
            transfer['item_id'], {'item_id': transfer['item_id'], 'sequence': 0, 'hash': '0' * 64}
        )
        previous = head['hash']
        digest = _digest(transfer, labels, legs[transfer['id']])
        parts = {holder_id: quantity for holder_id, quantity in legs[transfer['id']].items() if quantity}
        head['sequence'] += 1
        head['hash'] = _hash(
            transfer,
            item=codes[transfer['item_id']],
            sequence=head['sequence'],
            previous=previous,
            digest=digest,
            legs=[[labels[holder_id], _lot_label(lot), quantity] for holder_id, quantity in parts.items()],
        )
        chained.append({
            **{name: transfer[name] for name in ('id', 'key', 'kind', 'item_id', 'happened_at')},
            'reason': '', 'account_id': None, 'reverses_id': None, 'shipment_id': None, 'digest': digest,
            'sequence': head['sequence'], 'previous_hash': previous, 'hash': head['hash'],
        })
        for holder_id, quantity in parts.items():
            rows.append({'transfer_id': transfer['id'], 'holder_id': holder_id, 'lot_id': lot['id'], 'quantity': quantity})
            balance = balances.setdefault((holder_id, lot['id']), {
                'holder_id': holder_id, 'lot_id': lot['id'], 'item_id': transfer['item_id'],
                'bounded': bounded[holder_id], 'on_hand': 0, 'promised': 0,
                'opened_at': transfer['happened_at'], 'moved_at': transfer['happened_at'],
            })
            balance['on_hand'] += quantity
            balance['opened_at'] = min(balance['opened_at'], transfer['happened_at'])
            balance['moved_at'] = max(balance['moved_at'], transfer['happened_at'])
    insert('transfers', chained)
    insert('entries', rows)
    insert('ledger_heads', list(heads.values()))
    insert('balances', list(balances.values()))
    if bind.dialect.name == 'postgresql':
        for name in ('lots', 'holders', 'transfers'):
            _go_on_after(name)


def _go_on_after(table):
    """Rows came with their ids: the next one goes on after them."""
    op.execute(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)"
    )


def _lots(transfers):
    """A lot for every source of an item. Where goods were moved on, nobody wrote of which source: all are one lot."""
    moved_on = {transfer['item_id'] for transfer in transfers if transfer['kind'] != 'receipt'}
    keys = sorted({
        (transfer['item_id'], '' if transfer['item_id'] in moved_on else transfer['source']) for transfer in transfers
    })
    return {
        (item_id, source): {
            'id': number, 'item_id': item_id, 'number': '', 'expires_on': None,
            'source_kind': 'unstated', 'source_name': source, 'fund_tag': '',
        }
        for number, (item_id, source) in enumerate(keys, start=1)
    }


def _lot_of(transfer, lots):
    named = (transfer['item_id'], transfer['source'])
    return named if named in lots else (transfer['item_id'], '')


def _holder_label(holder):
    if holder['kind'] == 'supplier':
        return f"supplier:{holder['name']}"
    return f"{holder['kind']}:{holder['area_id']}"


def _lot_label(lot):
    said = [lot['id'], lot['number'], '', lot['source_kind'], lot['source_name'], lot['fund_tag']]
    return json.dumps(said, ensure_ascii=False)


def _digest(transfer, labels, legs):
    """What a receipt asked for, as its command would be digested now: a retry of it is the same wish, anything else
    under its key is not."""
    taken = [(labels[holder_id], quantity) for holder_id, quantity in legs.items() if quantity > 0]
    if transfer['kind'] != 'receipt' or len(taken) != 1:
        return ''
    (label, quantity), = taken
    said = {
        'item_id': transfer['item_id'], 'area_id': int(label.partition(':')[2]), 'quantity': quantity,
        'source': transfer['source'], 'source_kind': 'unstated', 'fund_tag': '', 'lot_number': '', 'expires_on': None,
        'reason': '',
    }
    return _sha256(['Receipt', said])


def _hash(transfer, *, item, sequence, previous, digest, legs):
    """The hash of the chain, as it was when this migration was written."""
    moment = transfer['happened_at']
    moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)
    content = {
        'item': item, 'sequence': sequence, 'previous': previous, 'key': transfer['key'], 'kind': transfer['kind'],
        'happened_at': moment.strftime('%Y-%m-%dT%H:%M:%S.%fZ'), 'reason': '', 'account': None, 'reverses': None,
        'shipment': None, 'digest': digest, 'legs': sorted(legs),
    }
    return _sha256(content)


def _sha256(content):
    text = json.dumps(content, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    return hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()


def _change_items():
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lent', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('alarm_days', sa.Integer(), nullable=True))
        batch_op.create_check_constraint(batch_op.f('ck_items_alarm_days'), 'alarm_days >= 1')


def _create_tables():
    op.create_table('ledger_heads',
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_ledger_heads_item_id')),
    sa.PrimaryKeyConstraint('item_id', name=op.f('pk_ledger_heads'))
    )
    op.create_table('lots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('source_kind', sa.Enum('purchase', 'grant', 'donation', 'unstated', name='sourcekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('source_name', sa.String(length=120), nullable=False),
    sa.Column('fund_tag', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_lots_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lots'))
    )
    with op.batch_alter_table('lots', schema=None) as batch_op:
        batch_op.create_index('uq_lots_dated', ['item_id', 'number', 'source_kind', 'source_name', 'fund_tag', 'expires_on'], unique=True, postgresql_where=sa.text('expires_on IS NOT NULL'), sqlite_where=sa.text('expires_on IS NOT NULL'))
        batch_op.create_index('uq_lots_undated', ['item_id', 'number', 'source_kind', 'source_name', 'fund_tag'], unique=True, postgresql_where=sa.text('expires_on IS NULL'), sqlite_where=sa.text('expires_on IS NULL'))

    op.create_table('holders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('supplier', 'area', 'household', 'in_transit', 'lent_out', 'written_off', 'count_difference', name='holderkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=120), server_default='', nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(kind = 'supplier') = (area_id IS NULL AND household_id IS NULL) AND (kind = 'household') = (household_id IS NOT NULL) AND (area_id IS NULL OR household_id IS NULL)", name=op.f('ck_holders_side')),
    sa.CheckConstraint("(kind IN ('supplier', 'lent_out')) = (name <> '')", name=op.f('ck_holders_name')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_holders_area_id')),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_holders_household_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holders')),
    sa.UniqueConstraint('household_id', name=op.f('uq_holders_household_id'))
    )
    with op.batch_alter_table('holders', schema=None) as batch_op:
        batch_op.create_index('uq_holders_area', ['area_id', 'kind', 'name'], unique=True, postgresql_where=sa.text('area_id IS NOT NULL'), sqlite_where=sa.text('area_id IS NOT NULL'))
        batch_op.create_index('uq_holders_supplier', ['name'], unique=True, postgresql_where=sa.text("kind = 'supplier'"), sqlite_where=sa.text("kind = 'supplier'"))

    op.create_table('balances',
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('bounded', sa.Boolean(), nullable=False),
    sa.Column('on_hand', sa.BigInteger(), nullable=False),
    sa.Column('promised', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('NOT bounded OR on_hand >= promised', name=op.f('ck_balances_on_hand')),
    sa.CheckConstraint('promised >= 0', name=op.f('ck_balances_promised')),
    sa.ForeignKeyConstraint(['holder_id'], ['holders.id'], name=op.f('fk_balances_holder_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_balances_item_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_balances_lot_id')),
    sa.PrimaryKeyConstraint('holder_id', 'lot_id', name=op.f('pk_balances'))
    )
    with op.batch_alter_table('balances', schema=None) as batch_op:
        batch_op.create_index('ix_balances_item_id_holder_id', ['item_id', 'holder_id'], unique=False)
        batch_op.create_index('ix_balances_lot_id', ['lot_id'], unique=False)

    op.create_table('shipments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('from_area_id', sa.Integer(), nullable=False),
    sa.Column('to_area_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('dispatched', 'received', 'settled', 'cancelled', name='shipmentstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('reject_reason', sa.String(length=240), nullable=False),
    sa.Column('missing_open', sa.Integer(), nullable=False),
    sa.Column('rejected_open', sa.Integer(), nullable=False),
    sa.Column('dispatched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('arrived_by_id', sa.Integer(), nullable=True),
    sa.Column('arrival_key', sa.String(length=120), nullable=True),
    sa.Column('arrival_digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint("(state IN ('received', 'settled')) = (arrived_at IS NOT NULL)", name=op.f('ck_shipments_state')),
    sa.CheckConstraint('0 <= missing_open AND missing_open <= quantity - accepted - rejected', name=op.f('ck_shipments_missing_open')),
    sa.CheckConstraint('0 <= rejected_open AND rejected_open <= rejected', name=op.f('ck_shipments_rejected_open')),
    sa.CheckConstraint('accepted >= 0 AND rejected >= 0 AND accepted + rejected <= quantity', name=op.f('ck_shipments_arrived')),
    sa.CheckConstraint('from_area_id <> to_area_id', name=op.f('ck_shipments_areas')),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_shipments_quantity')),
    sa.ForeignKeyConstraint(['arrived_by_id'], ['accounts.id'], name=op.f('fk_shipments_arrived_by_id')),
    sa.ForeignKeyConstraint(['from_area_id'], ['areas.id'], name=op.f('fk_shipments_from_area_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_shipments_item_id')),
    sa.ForeignKeyConstraint(['to_area_id'], ['areas.id'], name=op.f('fk_shipments_to_area_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipments')),
    sa.UniqueConstraint('arrival_key', name=op.f('uq_shipments_arrival_key')),
    sa.UniqueConstraint('key', name=op.f('uq_shipments_key'))
    )
    with op.batch_alter_table('shipments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shipments_from_area_id'), ['from_area_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shipments_item_id'), ['item_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shipments_to_area_id'), ['to_area_id'], unique=False)

    op.create_table('shipment_lines',
    sa.Column('shipment_id', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('in_transit', sa.Integer(), nullable=False),
    sa.CheckConstraint('0 <= in_transit AND in_transit <= quantity', name=op.f('ck_shipment_lines_in_transit')),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_shipment_lines_quantity')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_shipment_lines_lot_id')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipments.id'], name=op.f('fk_shipment_lines_shipment_id')),
    sa.PrimaryKeyConstraint('shipment_id', 'lot_id', name=op.f('pk_shipment_lines'))
    )
    op.create_table('transfers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.Enum('receipt', 'dispatch', 'arrival', 'rejection_return', 'issue', 'loan', 'return', 'count', 'write_off', 'settlement', 'reversal', name='transferkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=240), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reverses_id', sa.Integer(), nullable=True),
    sa.Column('shipment_id', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_transfers_account_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_transfers_item_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['transfers.id'], name=op.f('fk_transfers_reverses_id')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipments.id'], name=op.f('fk_transfers_shipment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sa.UniqueConstraint('item_id', 'sequence', name=op.f('uq_transfers_item_id_sequence')),
    sa.UniqueConstraint('key', name=op.f('uq_transfers_key')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_transfers_reverses_id'))
    )
    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.create_index('ix_transfers_item_id_happened_at', ['item_id', 'happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_transfers_shipment_id'), ['shipment_id'], unique=False)

    op.create_table('entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('transfer_id', sa.Integer(), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity <> 0', name=op.f('ck_entries_quantity')),
    sa.ForeignKeyConstraint(['holder_id'], ['holders.id'], name=op.f('fk_entries_holder_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_entries_lot_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], name=op.f('fk_entries_transfer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entries')),
    sa.UniqueConstraint('transfer_id', 'holder_id', 'lot_id', name=op.f('uq_entries_transfer_id_holder_id_lot_id'))
    )
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.create_index('ix_entries_holder_id_lot_id', ['holder_id', 'lot_id'], unique=False)

    op.create_table('reservations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(length=120), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('pending', 'posted', 'voided', 'expired', name='reservationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reserved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('transfer_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'pending') = (resolved_at IS NULL)", name=op.f('ck_reservations_resolved')),
    sa.CheckConstraint("(state = 'posted') = (transfer_id IS NOT NULL)", name=op.f('ck_reservations_posted')),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_reservations_quantity')),
    sa.ForeignKeyConstraint(['holder_id'], ['holders.id'], name=op.f('fk_reservations_holder_id')),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_reservations_household_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_reservations_item_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], name=op.f('fk_reservations_transfer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservations')),
    sa.UniqueConstraint('key', name=op.f('uq_reservations_key')),
    sa.UniqueConstraint('transfer_id', name=op.f('uq_reservations_transfer_id'))
    )
    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reservations_holder_id'), ['holder_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reservations_household_id'), ['household_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reservations_item_id'), ['item_id'], unique=False)
        batch_op.create_index('ix_reservations_pending', ['expires_at'], unique=False, postgresql_where=sa.text("state = 'pending'"), sqlite_where=sa.text("state = 'pending'"))

    op.create_table('stock_counts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Integer(), nullable=True),
    sa.Column('expected', sa.BigInteger(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=240), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('transfer_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('counted >= 0', name=op.f('ck_stock_counts_counted')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_stock_counts_account_id')),
    sa.ForeignKeyConstraint(['holder_id'], ['holders.id'], name=op.f('fk_stock_counts_holder_id')),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_stock_counts_item_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_stock_counts_lot_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], name=op.f('fk_stock_counts_transfer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_counts')),
    sa.UniqueConstraint('key', name=op.f('uq_stock_counts_key')),
    sa.UniqueConstraint('transfer_id', name=op.f('uq_stock_counts_transfer_id'))
    )
    with op.batch_alter_table('stock_counts', schema=None) as batch_op:
        batch_op.create_index('ix_stock_counts_holder_id_item_id', ['holder_id', 'item_id'], unique=False)

    op.create_table('shipment_settlements',
    sa.Column('transfer_id', sa.Integer(), nullable=False),
    sa.Column('shipment_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Enum('missing', 'rejected', name='discrepancypart', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('outcome', sa.Enum('returned', 'written_off', 'found', name='outcome', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipments.id'], name=op.f('fk_shipment_settlements_shipment_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], name=op.f('fk_shipment_settlements_transfer_id')),
    sa.PrimaryKeyConstraint('transfer_id', name=op.f('pk_shipment_settlements'))
    )
    with op.batch_alter_table('shipment_settlements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shipment_settlements_shipment_id'), ['shipment_id'], unique=False)

    op.create_table('reservation_parts',
    sa.Column('reservation_id', sa.Integer(), nullable=False),
    sa.Column('lot_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity >= 1', name=op.f('ck_reservation_parts_quantity')),
    sa.ForeignKeyConstraint(['lot_id'], ['lots.id'], name=op.f('fk_reservation_parts_lot_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_reservation_parts_reservation_id')),
    sa.PrimaryKeyConstraint('reservation_id', 'lot_id', name=op.f('pk_reservation_parts'))
    )


def downgrade():
    """Back to receipts alone. A ledger with anything else in it would be bent by that, and is left as it is."""
    bind = op.get_bind()
    later = bind.execute(sa.text("SELECT count(*) FROM transfers WHERE kind <> 'receipt'")).scalar()
    if later:
        raise RuntimeError(f'the ledger holds {later} movements that release 0002 cannot tell; it cannot go back')
    holders = bind.execute(sa.text(
        "SELECT h.id, h.kind, coalesce(a.name, h.name) AS name, h.area_id FROM holders h LEFT JOIN areas a ON a.id = h.area_id"
    )).mappings().all()
    transfers = bind.execute(
        sa.select(*(OLD_TRANSFERS.c[name] for name in ('id', 'key', 'kind', 'item_id', 'happened_at'))).order_by('id')
    ).mappings().all()
    entries = bind.execute(sa.text(
        'SELECT e.id, e.transfer_id, e.holder_id, e.quantity, l.source_name FROM entries e JOIN lots l ON l.id = e.lot_id'
    )).mappings().all()
    sources = {entry['transfer_id']: entry['source_name'] for entry in entries}
    for table in ('shipment_settlements', 'reservation_parts', 'stock_counts', 'reservations', 'entries', 'transfers', 'shipment_lines',
                  'shipments', 'balances', 'holders', 'lots', 'ledger_heads'):
        op.drop_table(table)
    if bind.dialect.name == 'postgresql':
        op.execute('DROP FUNCTION IF EXISTS refuse_late_entry, check_ledger_head')
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_items_alarm_days'), type_='check')
        batch_op.drop_column('alarm_days')
        batch_op.drop_column('lent')
    _create_old_tables()
    names = ('id', 'transfer_id', 'holder_id', 'quantity')
    for table, rows in (
        (OLD_HOLDERS, [dict(holder) for holder in holders]),
        (OLD_TRANSFERS, [{**transfer, 'source': sources.get(transfer['id'], '')} for transfer in transfers]),
        (OLD_ENTRIES, [{name: entry[name] for name in names} for entry in entries]),
    ):
        if rows:
            bind.execute(table.insert(), rows)
        if bind.dialect.name == 'postgresql':
            _go_on_after(table.name)
    for table in OLD_APPEND_ONLY:
        _append_only(table)


def _create_old_tables():
    op.create_table('holders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('supplier', 'area', name='holderkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(kind = 'area') = (area_id IS NOT NULL)", name=op.f('ck_holders_side')),
    sa.ForeignKeyConstraint(['area_id'], ['areas.id'], name=op.f('fk_holders_area_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holders')),
    sa.UniqueConstraint('area_id', name=op.f('uq_holders_area_id'))
    )
    op.create_index('uq_holders_supplier', 'holders', ['name'], unique=True, postgresql_where=sa.text("kind = 'supplier'"), sqlite_where=sa.text("kind = 'supplier'"))
    op.create_table('transfers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.Enum('receipt', 'dispatch', 'reversal', name='transferkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], name=op.f('fk_transfers_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sa.UniqueConstraint('key', name=op.f('uq_transfers_key'))
    )
    op.create_index(op.f('ix_transfers_item_id'), 'transfers', ['item_id'], unique=False)
    op.create_table('entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('transfer_id', sa.Integer(), nullable=False),
    sa.Column('holder_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity <> 0', name=op.f('ck_entries_quantity')),
    sa.ForeignKeyConstraint(['holder_id'], ['holders.id'], name=op.f('fk_entries_holder_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], name=op.f('fk_entries_transfer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entries'))
    )
    op.create_index(op.f('ix_entries_holder_id'), 'entries', ['holder_id'], unique=False)
    op.create_index(op.f('ix_entries_transfer_id'), 'entries', ['transfer_id'], unique=False)
