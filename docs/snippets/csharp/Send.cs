// Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… dotnet run Send.cs <userId> <title> <key>
// The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

try
{
    var notification = new JsonObject
    {
        ["to"] = new JsonObject { ["users"] = new JsonArray(args[0]) },
        ["title"] = args[1],
    };
    Console.WriteLine((await Bell.SendAsync(notification, args[2]))["id"]);
    return 0;
}
catch (Exception error) when (error is BellException or HttpRequestException or TaskCanceledException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

/// <summary>A refusal: the code is for programs, the errors point to the members that are not right.</summary>
class BellException(string code, string detail, IReadOnlyList<string> errors)
    : Exception(string.Join("\n", errors.Prepend($"{code}: {detail}")))
{
    public string Code => code;
}

static class Bell
{
    static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(10) };

    public static async Task<JsonNode> SendAsync(JsonNode notification, string idempotencyKey)
    {
        var address = Environment.GetEnvironmentVariable("BELL_URL") + "/api/v1/notifications";
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        var key = Environment.GetEnvironmentVariable("BELL_BACKEND_KEY");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        request.Content = new StringContent(notification.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if (response.StatusCode == HttpStatusCode.Created) return answer;
        var errors = answer["errors"]?.AsArray().Select(error => $"{error!["pointer"]} {error["detail"]}");
        throw new BellException($"{answer["code"]}", $"{answer["detail"]}", errors?.ToList() ?? []);
    }
}
