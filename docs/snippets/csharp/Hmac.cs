// The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… dotnet run Hmac.cs <userId> [<end, in Unix seconds>]
using System;
using System.Security.Cryptography;
using System.Text;

var secret = Environment.GetEnvironmentVariable("BELL_API_SECRET_KEY")!;
Console.WriteLine(args.Length > 1 ? Proof.Expiring(secret, args[0], long.Parse(args[1])) : Proof.Plain(secret, args[0]));

static class Proof
{
    /// <summary>Ends with the secret.</summary>
    public static string Plain(string secret, string userId) => Convert.ToBase64String(Mac(secret, userId));

    /// <summary>Ends at a moment in Unix seconds, at most seven days ahead.</summary>
    public static string Expiring(string secret, string userId, long endsAt)
    {
        var mac = Convert.ToBase64String(Mac($"v2:{secret}", $"{endsAt}.{userId}"));
        return $"v2.{endsAt}.{mac.Replace('+', '-').Replace('/', '_').TrimEnd('=')}";
    }

    static byte[] Mac(string key, string message) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(message));
}
