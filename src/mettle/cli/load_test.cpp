// `mettle load` as its users call it, against servers that misbehave: exit codes and messages.

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/http/planted_server_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

namespace mettle::cli {
namespace {

using http::PlantedConnection;
using http::PlantedServer;
using ::testing::HasSubstr;

struct Outcome {
    int code = 0;
    std::string message;  // Of a StartupError, or what stood on standard output.
};

Outcome run_load(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"load", "--no-history"});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    ::testing::internal::CaptureStdout();
    try {
        const int code = load_main(static_cast<int>(argv.size()), argv.data());
        return {code, ::testing::internal::GetCapturedStdout()};
    } catch (const StartupError& error) {
        ::testing::internal::GetCapturedStdout();
        return {static_cast<int>(error.code()), error.what()};
    }
}

std::string url_of(const PlantedServer& server) {
    return "http://127.0.0.1:" + std::to_string(server.port());
}

// The load that is all a test needs, plain so that nothing is asked before.
Outcome load_planted(PlantedServer::Serve serve, std::vector<std::string> more = {}) {
    const PlantedServer server(std::move(serve));
    std::vector<std::string> arguments = {"plain+" + url_of(server), "-i", "20", "-u", "2",
                                          "--only-summary"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_load(std::move(arguments));
}

// The first request gets a good answer, since that is shown before the load; the rest another.
PlantedServer::Serve good_once_then(PlantedServer::Serve then) {
    auto first = std::make_shared<std::atomic<bool>>(true);
    return [first, then = std::move(then)](PlantedConnection& connection) {
        if (!first->exchange(false)) return then(connection);
        if (!connection.read_request().empty()) connection.send(http::kPlantedOk);
    };
}

PlantedServer::Serve once(std::string_view answer) {
    return [answer](PlantedConnection& connection) {
        if (!connection.read_request().empty()) connection.send(answer);
    };
}

TEST(LoadMain, AGoodRunPasses) {
    const Outcome outcome = load_planted(http::always(http::kPlantedOk));
    EXPECT_THAT(outcome.message, HasSubstr("Aggregated"));
    // INVALID where other work keeps this machine's cores from the load.
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 3) << outcome.message;
}

TEST(LoadMain, FailedRequestsFail) {
    const auto busy = http::always("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    const Outcome outcome = load_planted(good_once_then(busy));
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.message, HasSubstr("status: 503 Service Unavailable"));
    EXPECT_EQ(load_planted(good_once_then(busy), {"--exit-code-on-error", "9"}).code, 9);
}

TEST(LoadMain, NamesWhatEachKindOfBadServerDoes) {
    EXPECT_THAT(load_planted(good_once_then(once("garbage, and no HTTP\r\n"))).message,
                HasSubstr("protocol: the answer does not begin with HTTP/1."));
    EXPECT_THAT(
        load_planted(good_once_then(once("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal")))
            .message,
        HasSubstr("closed: closed before the whole answer"));
    EXPECT_THAT(load_planted(good_once_then([](PlantedConnection& connection) {
                    connection.read_request();
                    connection.reset();
                })).message,
                HasSubstr("closed: reset before an answer"));
    const auto hang = [](PlantedConnection& connection) { connection.wait_for_client(); };
    EXPECT_THAT(load_planted(good_once_then(hang), {"--timeout", "50ms"}).message,
                HasSubstr("timeout"));
}

TEST(LoadMain, ATargetThatGivesNoAnswerIsUnreachable) {
    std::uint16_t port = 0;
    {
        const PlantedServer server(http::always(http::kPlantedOk));
        port = server.port();
    }
    const Outcome refused = run_load({"http://127.0.0.1:" + std::to_string(port), "-t", "1s"});
    EXPECT_EQ(refused.code, 4);
    EXPECT_THAT(refused.message, HasSubstr("Connection refused"));
    EXPECT_EQ(load_planted(once("")).code, 4);
    EXPECT_EQ(load_planted(once("220 smtp\r\n")).code, 4);
    const auto hang = [](PlantedConnection& connection) { connection.wait_for_client(); };
    EXPECT_EQ(load_planted(hang, {"--timeout", "50ms"}).code, 4);
}

TEST(LoadMain, ATargetThatGoesAwayForGoodIsUnreachable) {
    auto server = std::make_unique<PlantedServer>(good_once_then(once("")));
    // Answers the first request and then takes no connection at all.
    const std::string url = "plain+" + url_of(*server);
    std::thread closer([&] {
        while (server->accepted() < 1) std::this_thread::yield();
        server->stop_accepting();
    });
    const Outcome outcome = run_load({url, "-t", "300ms", "--only-summary"});
    closer.join();
    EXPECT_EQ(outcome.code, 4) << outcome.message;
}

TEST(LoadMain, AMistakeInTheFirstRequestStopsThereWithTheFlagThatHelps) {
    const auto answer = [](const char* status) {
        static std::string text;
        text = std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 6\r\n\r\nreason";
        return load_planted(http::always(text));
    };
    for (const auto& [status, flag] :
         {std::pair{"401 Unauthorized", "--header"}, std::pair{"403 Forbidden", "--header"},
          std::pair{"404 Not Found", "URL"}, std::pair{"405 Method Not Allowed", "--method"},
          std::pair{"422 Unprocessable Entity", "--body"}}) {
        const Outcome outcome = answer(status);
        EXPECT_EQ(outcome.code, 2) << status;
        EXPECT_THAT(outcome.message, HasSubstr(flag));
        EXPECT_THAT(outcome.message, HasSubstr("reason"));
    }
}

TEST(LoadMain, BadUsageIsExitCode2WithWhatWouldBeRight) {
    const std::string url = "http://127.0.0.1:1";
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{}, "what is to be loaded"},
        {{"ftp://host"}, "not a URL"},
        {{"http://host:99999"}, "port"},
        {{"smtp+http://host"}, "no protocol 'smtp'"},
        {{url, "--uesrs", "5"}, "did you mean --users?"},
        {{url, "-u", "5", "--rate", "5"}, "closed load and --rate an open one"},
        {{url, "--rate", "5", "--wait", "1s"}, "--wait is about users"},
        {{url, "--rate", "5", "-r", "1"}, "--spawn-rate is about users"},
        {{url, "--arrivals", "poisson"}, "--arrivals is about --rate"},
        {{url, "--rate", "500", "--max-rate", "100"}, "above --max-rate"},
        {{url, "-u", "0"}, "whole number from 1"},
        {{url, "-u", "2.5"}, "whole number from 1"},
        {{url, "-u", "many"}, "whole number from 1"},
        {{url, "--rate", "-5"}, "not a rate"},
        {{url, "--rate", "1e300"}, "not a rate"},
        {{url, "-t", "0"}, "longer than 0"},
        {{url, "-t", "soon"}, "not a duration"},
        {{url, "-i", "0"}, "whole number from 1"},
        {{url, "--wait", "3s..1s"}, "ends before it begins"},
        {{url, "--body", "/no/such/file"}, "cannot be read"},
        {{url, "--header", "no colon"}, "no header"},
        {{url, "--header", "A: b\r\nC: d"}, "no header"},
        {{"-H", "Authorization: Bearer x"}, "looks like a header: use --header"},
        {{url, "--shape", "x"}, "not a shape"},
        {{url, "--method", "GET /"}, "no HTTP method"},
        {{url, "--fail-if", "p99"}, "has none of < <= > >="},
        {{url, "--abort-if", "p99>1s for ever"}, "not a duration"},
        {{url, "-o", "run.doc"}, "says no form"},
        {{url, "-o", "/proc/no/folder/run.json"}, "the folder /proc/no/folder cannot be made"},
        {{"v2+" + url, "--body", "/dev/null"}, "for plain HTTP"},
        {{"plain+" + url, "--binary"}, "for V2"},
        {{url, "--cpus", "4096"}, "may not use CPU 4096"},
        {{url, "--csv-full-history"}, "--csv"},
        {{url, "surplus"}, "one argument too many"},
    };
    for (const auto& [arguments, message] : cases) {
        const Outcome outcome = run_load(arguments);
        EXPECT_EQ(outcome.code, 2) << message;
        EXPECT_THAT(outcome.message, HasSubstr(message));
    }
}

TEST(LoadMain, WritesItsFiles) {
    const std::string base = ::testing::TempDir() + "/load_main_test";
    std::vector<std::string> more;
    for (const char* form : {".json", ".html", ".xml", ".md", ".hlog"}) {
        more.insert(more.end(), {"-o", base + form});
        std::filesystem::remove(base + form);
    }
    load_planted(http::always(http::kPlantedOk), more);
    for (const char* form : {".json", ".html", ".xml", ".md", ".hlog"})
        EXPECT_TRUE(std::filesystem::exists(base + form)) << form;
    std::ifstream file(base + ".json");
    const auto json = nlohmann::json::parse(file);
    EXPECT_EQ(json["totals"]["requests"], 20);
    EXPECT_EQ(json["target"]["protocol"], "plain");
    EXPECT_EQ(json["tasks"][0]["method"], "GET");
}

TEST(LoadMain, AnAbortEndsItEarly) {
    const auto busy = http::always("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    const auto before = std::chrono::steady_clock::now();
    const PlantedServer server(good_once_then(busy));
    const Outcome outcome = run_load({"plain+" + url_of(server), "-t", "60s", "--wait", "10ms",
                                      "--abort-if", "error_rate>50%", "--only-summary"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.message, HasSubstr("(interrupted)"));
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(30));
}

}  // namespace
}  // namespace mettle::cli
