#include "mettle/protocols/http_transport.hpp"

#include "mettle/http/planted_server_test.hpp"
#include "mettle/protocols/v2/transport.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

namespace mettle::protocols {
namespace {

using http::PlantedConnection;
using http::PlantedServer;
using load::Attempt;
using load::Outcome;

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t now_ns() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

http::Url url_of(const PlantedServer& server) {
    http::Url url;
    url.host = "127.0.0.1";
    url.port = server.port();
    return url;
}

class Sender : public load::Completion {
public:
    explicit Sender(const load::TransportFactory& factory) : transport_(factory.make(*this, 0)) {}

    Attempt send(std::uint32_t payload = 0, const load::MadeRequest* made = nullptr) {
        Attempt attempt;
        attempt.made = made;
        attempt.payload = payload;
        attempt.due_ns = now_ns();
        attempt.deadline_ns = attempt.due_ns + 5 * kSecond;
        done_ = false;
        transport_->start(attempt);
        while (!done_) transport_->poll(now_ns() + kSecond / 10);
        return attempt;
    }

private:
    void on_complete(Attempt&) override { done_ = true; }

    bool done_ = false;
    std::unique_ptr<load::Transport> transport_;
};

// Answers every request with what `body_of` says, numbered from 0.
PlantedServer::Serve answering(std::function<std::string(int)> body_of) {
    return [body_of = std::move(body_of)](PlantedConnection& connection) {
        for (int number = 0; !connection.read_request().empty(); ++number) {
            const std::string body = body_of(number);
            connection.send("HTTP/1.1 200 OK\r\nServer-Timing: infer;dur=2.5\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body);
        }
    };
}

std::string label_answer(int label) {
    return R"({"outputs":[{"name":"label","datatype":"INT64","shape":[1],"data":[)" +
           std::to_string(label) + "]}]}";
}

std::unique_ptr<load::TransportFactory> v2_transports(const PlantedServer& server,
                                                      bool with_expected, double check_share = 1,
                                                      std::optional<std::uint64_t> seed = {}) {
    const Signature signature{{{"x", DataType::fp32, {-1, 1}}}, {{"label", DataType::int64, {-1}}}};
    auto inputs = payload::make_inputs({{"x", DataType::fp32, {1, 1}}}, 1, 0);
    auto request = v2::encode_request(inputs, v2::Encoding::json).value();
    if (with_expected) {
        request.expected = std::make_shared<const payload::Tensors>(
            v2::decode_answer(label_answer(7), -1).value());
    }
    HttpOptions options;
    options.check_share = check_share;
    v2::InferTask what{"m", "", signature, {}};
    what.seed = seed;
    const Task task = v2::make_task(what, {request});
    return make_transports(url_of(server), {task}, options).value();
}

TEST(HttpTransport, CompletesWithStampsSizesAndServerTimes) {
    const PlantedServer server(answering([](int) { return label_answer(7); }));
    const auto factory = v2_transports(server, true);
    Sender sender(*factory);
    const Attempt attempt = sender.send();
    EXPECT_EQ(attempt.outcome, Outcome::ok) << attempt.detail;
    EXPECT_EQ(attempt.status, 200);
    EXPECT_EQ(attempt.server.infer, 25'000);
    EXPECT_EQ(attempt.server.queue, -1);
    EXPECT_GT(attempt.bytes_sent, 100);
    EXPECT_GT(attempt.bytes_received, 100);
    EXPECT_LE(attempt.sent_ns, attempt.done_ns);
}

TEST(HttpTransport, AWrongAnswerIsAFailureOfItsOwnKind) {
    const PlantedServer server(
        answering([](int number) { return label_answer(number == 1 ? 3 : 7); }));
    const auto factory = v2_transports(server, true);
    Sender sender(*factory);
    EXPECT_EQ(sender.send().outcome, Outcome::ok);
    const Attempt wrong = sender.send();
    EXPECT_EQ(wrong.outcome, Outcome::wrong_answer);
    EXPECT_EQ(wrong.detail, "output 'label' [0] is 3, not 7");
    EXPECT_EQ(sender.send().outcome, Outcome::ok);
}

TEST(HttpTransport, AWrongAnswerNamesThePayloadThatCanBeSentAgain) {
    const PlantedServer server(answering([](int) { return label_answer(3); }));
    const auto factory = v2_transports(server, true, 1, 9);
    Sender sender(*factory);
    const Attempt wrong = sender.send();
    EXPECT_TRUE(wrong.detail.starts_with("output 'label' [0] is 3, not 7 (payload m/0/9-"))
        << wrong.detail;
}

TEST(HttpTransport, AnAnswerOfTheWrongFormIsOfAnotherKind) {
    const PlantedServer server(answering([](int) { return R"({"outputs":[]})"; }));
    const auto factory = v2_transports(server, false);
    const Attempt attempt = Sender(*factory).send();
    EXPECT_EQ(attempt.outcome, Outcome::validation);
}

// Without time to judge, only bytes that were judged before are known to be right; others pass.
TEST(HttpTransport, JudgesNoLongerThanItMay) {
    const PlantedServer server(
        answering([](int number) { return label_answer(number == 0 ? 7 : 3); }));
    const auto factory = v2_transports(server, true, 0);
    Sender sender(*factory);
    EXPECT_EQ(sender.send().outcome, Outcome::ok);
    EXPECT_EQ(sender.send().outcome, Outcome::ok);
}

TEST(HttpTransport, AStatusOfFailureSaysWhich) {
    const PlantedServer server(http::always("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
    const auto factory = v2_transports(server, false);
    Sender sender(*factory);
    const Attempt attempt = sender.send();
    EXPECT_EQ(attempt.outcome, Outcome::status);
    EXPECT_EQ(attempt.status, 503);
    EXPECT_EQ(attempt.detail, "503 Service Unavailable");
}

TEST(HttpTransport, SendsThePayloadThatWasAskedFor) {
    std::string last;
    const PlantedServer server([&last](PlantedConnection& connection) {
        for (last = connection.read_request(); !last.empty();) {
            connection.send(http::kPlantedOk);
            const std::string next = connection.read_request();
            if (next.empty()) break;
            last = next;
        }
    });
    const http::Url url = url_of(server);
    std::vector<std::vector<PreparedRequest>> requests(1);
    for (const char* path : {"/a", "/b"})
        requests[0].push_back({http::encode_request(url, {"GET", path, {}, ""}), false, nullptr});
    const auto factory = make_http_transports(url, std::move(requests), {}).value();
    {
        Sender sender(*factory);
        sender.send(0);
        EXPECT_TRUE(last.starts_with("GET /a ")) << last;
        sender.send(1);
        EXPECT_TRUE(last.starts_with("GET /b ")) << last;
    }
}

class NothingIsRight final : public AnswerCheck {
public:
    std::optional<Flaw> judge(const Answer& answer) const override {
        return Flaw{Outcome::validation, std::string(answer.body)};
    }
};

TEST(HttpTransport, APayloadThatIsWrittenDifferentlyIsJudgedAllTheSame) {
    const PlantedServer server(answering([](int) { return "body"; }));
    const http::Url url = url_of(server);
    const std::string bytes = http::encode_request(url, {});
    std::vector<std::vector<PreparedRequest>> requests(1);
    requests[0].push_back({bytes, false, std::make_shared<const NothingIsRight>()});
    const auto factory = make_http_transports(url, std::move(requests), {}).value();
    Sender sender(*factory);
    load::MadeRequest made;
    made.bytes = bytes;
    EXPECT_EQ(sender.send(0, &made).outcome, Outcome::ok);
    made.of_payload = true;
    const Attempt judged = sender.send(0, &made);
    EXPECT_EQ(judged.outcome, Outcome::validation);
    EXPECT_EQ(judged.detail, "body");
}

TEST(HttpTransport, AHostThatIsNotThereIsSaidAtOnce) {
    http::Url url;
    url.host = "no-such-host.invalid";
    const auto factory = make_http_transports(url, {}, {});
    ASSERT_FALSE(factory);
    EXPECT_NE(factory.error().message.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace mettle::protocols
