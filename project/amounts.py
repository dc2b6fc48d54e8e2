"""Amounts of money in words people and banks read: 30,000.00 and 叁万元整."""

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
LARGEST = Decimal("9999999999999999.99")


def grouped(amount: Decimal) -> str:
    """The amount in yuan with two decimals and a comma each three digits: 30,000.00."""
    return f"{amount.quantize(FEN, ROUND_HALF_UP):,}"


def capital(amount: Decimal) -> str:
    """大写金额: 叁万元整, 壹佰零伍元零叁分, 负贰角整 (GB/T 15835 and the payment and settlement rules).

    `amount` is in yuan and must have no fraction of a fen; raises ValueError otherwise or above `LARGEST`.
    """
    if amount != amount.quantize(FEN):
        raise ValueError(f"{amount} has a fraction of a fen")
    if abs(amount) > LARGEST:
        raise ValueError(f"{amount} is too large to write out")
    fen_total = int(abs(amount) * 100)
    yuan, jiao, fen = fen_total // 100, fen_total // 10 % 10, fen_total % 10
    words = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    words += f"{_DIGITS[fen]}分" if fen else "整"
    if not fen_total:
        words = "零元整"
    return f"负{words}" if amount < 0 else words


def _whole(yuan: int) -> str:
    """The whole yuan in capitals, four digits at a time; a gap of any length is one 零."""
    words, gap = "", False
    groups = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _four(group) + _GROUPS[index]
        gap = False
    return words.replace("万亿亿", "万亿")


def _four(group: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return words
