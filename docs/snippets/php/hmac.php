<?php
// The proof of a user, made where the page is made: BELL_API_SECRET_KEY=sk_… php hmac.php <userId> [<end, in Unix seconds>]
declare(strict_types=1);

/** Ends with the secret. */
function userHmac(string $secret, string $userId): string
{
    return base64_encode(hash_hmac('sha256', $userId, $secret, true));
}

/** Ends at a moment, at most seven days ahead. */
function expiringUserHmac(string $secret, string $userId, int $endsAt): string
{
    $mac = hash_hmac('sha256', "$endsAt.$userId", "v2:$secret", true);
    return "v2.$endsAt." . rtrim(strtr(base64_encode($mac), '+/', '-_'), '=');
}

$secret = getenv('BELL_API_SECRET_KEY');
echo isset($argv[2]) ? expiringUserHmac($secret, $argv[1], (int) $argv[2]) : userHmac($secret, $argv[1]), PHP_EOL;
