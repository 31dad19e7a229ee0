<?php
// Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… php send.php <userId> <title> <key>
// The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
declare(strict_types=1);

/** A refusal: the code is for programs, the errors point to the members that are not right. */
final class BellError extends RuntimeException
{
    /** @param list<array{pointer: string, detail: string}> $errors */
    public function __construct(public readonly string $problemCode, string $detail, public readonly array $errors)
    {
        $details = array_map(fn (array $error): string => "\n{$error['pointer']} {$error['detail']}", $errors);
        parent::__construct("$problemCode: $detail" . implode('', $details));
    }
}

/** @return array{id: string, recipients: int} */
function send(array $notification, string $idempotencyKey): array
{
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => [
            'Authorization: Bearer ' . getenv('BELL_BACKEND_KEY'),
            'Content-Type: application/json',
            "Idempotency-Key: $idempotencyKey",
        ],
        'content' => json_encode($notification, JSON_THROW_ON_ERROR),
        'timeout' => 10,
        'ignore_errors' => true,
    ]]);
    $text = @file_get_contents(getenv('BELL_URL') . '/api/v1/notifications', false, $context);
    if ($text === false) {
        throw new RuntimeException('The server does not answer.');
    }
    $answer = json_decode($text, true, flags: JSON_THROW_ON_ERROR);
    if (isset($answer['code'])) {
        throw new BellError($answer['code'], $answer['detail'], $answer['errors'] ?? []);
    }
    return $answer;
}

[, $userId, $title, $key] = $argv;
try {
    echo send(['to' => ['users' => [$userId]], 'title' => $title], $key)['id'], PHP_EOL;
} catch (RuntimeException | JsonException $error) {
    fwrite(STDERR, $error->getMessage() . PHP_EOL);
    exit(1);
}
