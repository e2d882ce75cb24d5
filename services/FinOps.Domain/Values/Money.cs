namespace FinOps.Domain.Values;

/// <summary>An ISO 4217 currency code, upper case. There is no default: an amount without a currency is not money.</summary>
public readonly record struct Currency
{
    public static readonly Currency Usd = new("USD");

    public Currency(string code)
    {
        if (code is not { Length: 3 } || !code.All(char.IsAsciiLetterUpper))
            throw new RejectedException(new Rejection("currency_invalid", "currency", $"'{code}' is not an ISO 4217 code such as USD."));
        Code = code;
    }

    public string Code { get; }

    public override string ToString() => Code;
}

/// <summary>An exact amount. Never rounded by an operator; different currencies do not mix.</summary>
public readonly record struct Money(decimal Amount, Currency Currency)
{
    /// <summary>Decimals of allocated money: shares are split to this scale by largest remainder, so their sum is exact.</summary>
    public const int AllocationDecimals = 12;

    public static Money Zero(Currency currency) => new(0m, currency);

    public static Money operator +(Money left, Money right) => new(left.Amount + Same(left, right).Amount, left.Currency);

    public static Money operator -(Money left, Money right) => new(left.Amount - Same(left, right).Amount, left.Currency);

    public override string ToString() => FormattableString.Invariant($"{Amount} {Currency}");

    private static Money Same(Money left, Money right)
    {
        Invariant.Require(left.Currency == right.Currency, $"money adds up in one currency, not {left.Currency} with {right.Currency}");
        return right;
    }
}

/// <summary>Money per single unit: up to 16 decimals, never negative, never rounded. Quantity × rate is money.</summary>
public readonly record struct Rate
{
    public const int MaxDecimals = 16;

    public Rate(decimal perUnit, Currency currency)
    {
        if (perUnit < 0) throw new RejectedException(new Rejection("rate_negative", "perUnit", "A rate is not negative."));
        if (perUnit.Scale > MaxDecimals && decimal.Round(perUnit, MaxDecimals) != perUnit)
            throw new RejectedException(new Rejection("rate_too_fine", "perUnit", $"A rate has at most {MaxDecimals} decimals."));
        PerUnit = perUnit;
        Currency = currency;
    }

    public decimal PerUnit { get; }

    public Currency Currency { get; }

    /// <summary>The exact product.</summary>
    public Money For(long quantity) => new(PerUnit * quantity, Currency);
}
