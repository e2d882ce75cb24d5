using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace FinOps.Platform.Alerts.Channels;

/// <summary>Whether a certificate is that of the operator's mail server: by its name, and by whom the operator trusts. One for each connection.</summary>
internal sealed class MailServerTrust(SmtpSettings smtp)
{
    /// <summary>What was wrong with the last certificate; null where it was taken, or none was shown.</summary>
    public string? Flaw { get; private set; }

    public bool Accepts(X509Certificate? shown, X509Chain? between, SslPolicyErrors errors)
    {
        Flaw = shown is X509Certificate2 certificate ? FlawOf(certificate, between, errors) : "the server showed no certificate";
        return Flaw is null;
    }

    private string? FlawOf(X509Certificate2 certificate, X509Chain? between, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"the certificate of {certificate.Subject} is not for {smtp.Host}";
        if (smtp.Authorities is null) return errors == SslPolicyErrors.None ? null : Refused(certificate, between, "the system's authorities");
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(smtp.Authorities);
        if (between is not null) chain.ChainPolicy.ExtraStore.AddRange(between.ChainElements.Select(e => e.Certificate).ToArray());
        // An authority of the operator's own seldom publishes what it took back.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate) ? null : Refused(certificate, chain, "Alerts__Smtp__CaFile");
    }

    private static string Refused(X509Certificate2 certificate, X509Chain? chain, string by) =>
        $"the certificate of {certificate.Subject} is refused by {by}: {string.Join(", ", chain?.ChainStatus.Select(s => s.Status) ?? [])}";
}
