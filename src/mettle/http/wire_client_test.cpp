#include "mettle/http/wire_client.hpp"

#include "mettle/http/planted_server_test.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>

namespace mettle::http {
namespace {

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t now_ns() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

// What a call said when it was done; its views do not outlive on_done().
struct Done {
    WireOutcome outcome;
    int status;
    std::string body;
    std::string error;
    bool waited;
    std::int64_t connect_ns;
};

class Driver final : public WireClient::Owner {
public:
    Driver(std::uint16_t port, NameLookup::Resolve resolve)
        : client_(address("127.0.0.1", port), asking(std::move(resolve)), *this) {}
    explicit Driver(std::uint16_t port, std::size_t connections = 100,
                    const std::string& host = "127.0.0.1")
        : client_(address(host, port), options(connections), *this) {}

    // Sends one request and waits for its end.
    Done ask(std::int64_t timeout_ns = 5 * kSecond, std::string_view bytes = kRequest) {
        begin(timeout_ns, bytes);
        finish();
        return done_.back();
    }

    void begin(std::int64_t timeout_ns = 5 * kSecond, std::string_view bytes = kRequest) {
        WireCall& call = calls_.emplace_back();
        call.bytes = bytes;
        call.keep_body = true;
        call.deadline_ns = now_ns() + timeout_ns;
        client_.send(call);
    }

    void finish() {
        while (done_.size() < calls_.size()) client_.poll(now_ns() + kSecond / 10);
    }

    WireClient& client() { return client_; }
    WireCall& last_call() { return calls_.back(); }
    const std::deque<Done>& done() const { return done_; }

private:
    static Address address(const std::string& host, std::uint16_t port) {
        Url url;
        url.host = host;
        url.port = port;
        return resolve(url).value().front();
    }
    static WireClient::Options options(std::size_t connections) {
        WireClient::Options options;
        options.max_connections = connections;
        options.max_answer_bytes = 1 << 20;
        return options;
    }
    static WireClient::Options asking(NameLookup::Resolve resolve) {
        WireClient::Options options;
        options.keep_connections = false;
        options.resolve_each = std::move(resolve);
        return options;
    }
    void on_done(WireCall& call) override {
        done_.push_back({call.outcome, call.status, std::string(call.body), std::string(call.error),
                         call.waited_for_connection, call.connect_ns});
    }

    std::deque<WireCall> calls_;
    std::deque<Done> done_;
    WireClient client_;
};

Done ask(PlantedServer::Serve serve, std::int64_t timeout_ns = 5 * kSecond) {
    PlantedServer server(std::move(serve));
    return Driver(server.port()).ask(timeout_ns);
}

PlantedServer::Serve once(std::string_view answer) {
    return [answer](PlantedConnection& connection) {
        connection.read_request();
        connection.send(answer);
    };
}

TEST(WireClient, KeepsItsConnection) {
    PlantedServer server(always(kPlantedOk));
    Driver driver(server.port());
    for (int count = 0; count < 5; ++count) {
        const Done done = driver.ask();
        EXPECT_EQ(done.outcome, WireOutcome::answered);
        EXPECT_EQ(done.status, 200);
        EXPECT_EQ(done.body, "ok");
        EXPECT_EQ(done.connect_ns > 0, count == 0);
    }
    EXPECT_EQ(driver.client().connections_opened(), 1);
}

TEST(WireClient, StampsAreInOrder) {
    PlantedServer server(always(kPlantedOk));
    Driver driver(server.port());
    const std::int64_t before = now_ns();
    driver.ask();
    const WireCall& call = driver.last_call();
    EXPECT_LE(before, call.sent_ns);
    EXPECT_LE(call.sent_ns, call.send_end_ns);
    EXPECT_LE(call.send_end_ns, call.first_byte_ns);
    EXPECT_LE(call.first_byte_ns, call.done_ns);
    EXPECT_LE(call.done_ns, now_ns());
    EXPECT_EQ(call.received, kPlantedOk.size());
    EXPECT_EQ(call.content, 2);
}

TEST(WireClient, ARefusedConnectionSaysSo) {
    std::uint16_t port = 0;
    {
        PlantedServer server(always(kPlantedOk));
        port = server.port();
    }
    const Done done = Driver(port).ask();
    EXPECT_EQ(done.outcome, WireOutcome::connect);
    EXPECT_EQ(done.error, "Connection refused");
}

TEST(WireClient, GarbageIsMalformed) {
    const Done done = ask(once("SSH-2.0-OpenSSH_9.2\r\n"));
    EXPECT_EQ(done.outcome, WireOutcome::malformed);
    EXPECT_EQ(done.error, "the answer does not begin with HTTP/1.");
}

TEST(WireClient, AHangingServerTimesOut) {
    const auto hang = [](PlantedConnection& connection) {
        connection.read_request();
        connection.wait_for_client();
    };
    const std::int64_t before = now_ns();
    const Done done = ask(hang, kSecond / 20);
    EXPECT_EQ(done.outcome, WireOutcome::timeout);
    EXPECT_GE(now_ns() - before, kSecond / 20);
}

TEST(WireClient, AnAnswerThatStopsHalfWayIsClosed) {
    EXPECT_EQ(ask(once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")).error,
              "closed before the whole answer");
    EXPECT_EQ(ask(once("HTTP/1.1 200 O")).error, "closed without an answer");
    EXPECT_EQ(ask(once("")).outcome, WireOutcome::closed);
}

TEST(WireClient, AResetIsClosed) {
    const Done done = ask([](PlantedConnection& connection) {
        connection.read_request();
        connection.reset();
    });
    EXPECT_EQ(done.outcome, WireOutcome::closed);
    EXPECT_EQ(done.error, "reset before an answer");
}

TEST(WireClient, TakesADripOfSingleBytes) {
    const Done done = ask([](PlantedConnection& connection) {
        connection.read_request();
        for (const char byte : kPlantedOk) {
            connection.send({&byte, 1});
            std::this_thread::yield();
        }
        connection.wait_for_client();
    });
    EXPECT_EQ(done.outcome, WireOutcome::answered);
    EXPECT_EQ(done.body, "ok");
}

TEST(WireClient, TakesChunksAndInterimAnswers) {
    const Done done =
        ask(once("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"));
    EXPECT_EQ(done.outcome, WireOutcome::answered);
    EXPECT_EQ(done.body, "ok");
}

TEST(WireClient, ABodyWithoutALengthEndsWithTheConnection) {
    EXPECT_EQ(ask(once("HTTP/1.1 200 OK\r\n\r\nall of it")).body, "all of it");
    const auto half_closes = [](PlantedConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\nall");
        connection.shut_down_sending();
        connection.wait_for_client();
    };
    EXPECT_EQ(ask(half_closes).body, "all");
}

TEST(WireClient, AnEndlessAnswerIsBounded) {
    const Done done = ask([](PlantedConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        const std::string block(64 * 1024, 'x');
        while (connection.send(block)) {
        }
    });
    EXPECT_EQ(done.outcome, WireOutcome::malformed);
    EXPECT_EQ(done.error, "the answer's body is larger than is accepted");
}

TEST(WireClient, OpensANewConnectionAfterOneThatCloses) {
    PlantedServer server(
        once("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"));
    Driver driver(server.port());
    for (int count = 0; count < 3; ++count) EXPECT_EQ(driver.ask().status, 200);
    EXPECT_EQ(driver.client().connections_opened(), 3);
}

// A server that closes kept connections while they are idle costs no request.
TEST(WireClient, NoticesThatAnIdleConnectionWasClosed) {
    PlantedServer server(once(kPlantedOk));
    Driver driver(server.port());
    for (int count = 0; count < 3; ++count) {
        EXPECT_EQ(driver.ask().outcome, WireOutcome::answered);
        // Until the end of the connection has come.
        driver.client().poll(now_ns() + 20'000'000);
    }
}

// A server that closes a connection once its client has the answer, and before the client looks.
class HangingUp {
public:
    explicit HangingUp(bool answers_new_ones) : answers_new_ones_(answers_new_ones) {}

    void operator()(PlantedConnection& connection) {
        connection.read_request();
        if (!closed_ || answers_new_ones_) connection.send(kPlantedOk);
        answered_.wait(false);
        connection.hang_up();
        closed_ = true;
        closed_.notify_all();
    }
    void hang_up() {
        answered_ = true;
        answered_.notify_all();
        closed_.wait(false);
    }

private:
    bool answers_new_ones_;
    std::atomic<bool> answered_ = false;
    std::atomic<bool> closed_ = false;
};

TEST(WireClient, ARequestThatCameToAClosedConnectionIsSentAgain) {
    HangingUp serve(true);
    PlantedServer server(std::ref(serve));
    Driver driver(server.port());
    driver.ask();
    serve.hang_up();
    EXPECT_EQ(driver.ask().outcome, WireOutcome::answered);
    EXPECT_EQ(driver.client().requests_sent_again(), 1);
    EXPECT_EQ(driver.client().connections_opened(), 2);
    const WireCall& call = driver.last_call();
    EXPECT_TRUE(call.sent_again);
    EXPECT_EQ(call.connect_ns, 0);
    EXPECT_LE(call.sent_ns, call.send_end_ns);
}

TEST(WireClient, ARequestIsSentAgainOnlyOnce) {
    HangingUp serve(false);
    PlantedServer server(std::ref(serve));
    Driver driver(server.port());
    driver.ask();
    serve.hang_up();
    EXPECT_EQ(driver.ask().outcome, WireOutcome::closed);
    EXPECT_EQ(driver.client().connections_opened(), 2);
}

// What a server took and did not answer is its failure, on a kept connection as on a new one.
TEST(WireClient, ARequestThatWasReadIsNotSentAgain) {
    for (const bool by_reset : {false, true}) {
        PlantedServer server([by_reset](PlantedConnection& connection) {
            connection.read_request();
            connection.send(kPlantedOk);
            connection.read_request();
            if (by_reset) connection.reset();
        });
        Driver driver(server.port());
        EXPECT_EQ(driver.ask().outcome, WireOutcome::answered);
        EXPECT_EQ(driver.ask().outcome, WireOutcome::closed) << by_reset;
        EXPECT_EQ(driver.client().requests_sent_again(), 0);
    }
}

TEST(WireClient, SurplusBytesEndTheConnectionAndNotTheAnswer) {
    PlantedServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"));
    Driver driver(server.port());
    EXPECT_EQ(driver.ask().body, "ok");
    EXPECT_EQ(driver.ask().body, "ok");
    EXPECT_EQ(driver.client().connections_opened(), 2);
}

TEST(WireClient, AnEarlyAnswerToALargeBodyCounts) {
    PlantedServer server([](PlantedConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        connection.wait_for_client();
    });
    const std::string bytes =
        "POST / HTTP/1.1\r\nContent-Length: 30000000\r\n\r\n" + std::string(30'000'000, 'x');
    EXPECT_EQ(Driver(server.port()).ask(5 * kSecond, bytes).status, 413);
}

TEST(WireClient, MoreThanItsConnectionsWaitAndSayIt) {
    PlantedServer server(always(kPlantedOk));
    Driver driver(server.port(), 2);
    for (int count = 0; count < 10; ++count) driver.begin();
    driver.finish();
    int waited = 0;
    for (const Done& done : driver.done()) {
        EXPECT_EQ(done.outcome, WireOutcome::answered);
        waited += done.waited;
    }
    EXPECT_EQ(waited, 8);
    EXPECT_EQ(driver.client().connections_opened(), 2);
}

TEST(WireClient, ACallCanBeGivenUp) {
    PlantedServer server([](PlantedConnection& connection) { connection.wait_for_client(); });
    Driver driver(server.port(), 1);
    driver.begin();
    WireCall& in_flight = driver.last_call();
    driver.begin();
    WireCall& waiting = driver.last_call();
    driver.client().poll(now_ns() + 10'000'000);
    driver.client().cancel(waiting);
    driver.client().cancel(in_flight);
    ASSERT_EQ(driver.done().size(), 2);
    EXPECT_EQ(driver.done()[0].outcome, WireOutcome::cancelled);
    EXPECT_EQ(driver.done()[1].outcome, WireOutcome::cancelled);
}

TEST(WireClient, SpeaksIpv6) {
    PlantedServer server(always(kPlantedOk), AF_INET6);
    if (!server.ok()) GTEST_SKIP() << "no IPv6 here";
    EXPECT_EQ(Driver(server.port(), 1, "::1").ask().status, 200);
}

Address loopback(std::uint16_t port) {
    Url url;
    url.host = "127.0.0.1";
    url.port = port;
    return resolve(url).value().front();
}

TEST(WireClientNames, EachConnectionGoesWhereTheNameIsThen) {
    PlantedServer before(always(kPlantedOk)), after(always(kPlantedOk));
    std::atomic<bool> moved = false;
    Driver driver(before.port(), [&]() -> Result<std::vector<Address>> {
        return std::vector{loopback(moved ? after.port() : before.port())};
    });
    EXPECT_EQ(driver.ask().status, 200);
    moved = true;
    EXPECT_EQ(driver.ask().status, 200);
    EXPECT_EQ(driver.ask().status, 200);
    EXPECT_EQ(before.accepted(), 1);
    EXPECT_EQ(after.accepted(), 2);
}

TEST(WireClientNames, SeveralAddressesAreTakenInTurn) {
    PlantedServer one(always(kPlantedOk)), other(always(kPlantedOk));
    Driver driver(one.port(), [&]() -> Result<std::vector<Address>> {
        return std::vector{loopback(one.port()), loopback(other.port())};
    });
    for (int count = 0; count < 6; ++count) EXPECT_EQ(driver.ask().status, 200);
    EXPECT_EQ(one.accepted(), 3);
    EXPECT_EQ(other.accepted(), 3);
}

TEST(WireClientNames, ANameThatIsGoneIsAConnectThatFailed) {
    PlantedServer server(always(kPlantedOk));
    Driver driver(server.port(), []() -> Result<std::vector<Address>> {
        return fail(Error::Kind::connection_lost, "the host 'shop' was not found");
    });
    const Done done = driver.ask();
    EXPECT_EQ(done.outcome, WireOutcome::connect);
    EXPECT_EQ(done.error, "the host 'shop' was not found");
    EXPECT_EQ(server.accepted(), 0);
}

// The answer of the resolver comes when nobody waits for it any more, and another has the slot.
TEST(WireClientNames, ASlowResolverDoesNotHoldUpTheDeadline) {
    PlantedServer server(always(kPlantedOk));
    std::atomic<bool> answers = false;
    Driver driver(server.port(), [&]() -> Result<std::vector<Address>> {
        answers.wait(false);
        return std::vector{loopback(server.port())};
    });
    const Done late = driver.ask(kSecond / 50);
    EXPECT_EQ(late.outcome, WireOutcome::timeout);
    EXPECT_EQ(late.error, "no connection was made in time");
    driver.begin();
    answers = true;
    answers.notify_all();
    driver.finish();
    EXPECT_EQ(driver.done().back().status, 200);
    EXPECT_EQ(server.accepted(), 1);
}

}  // namespace
}  // namespace mettle::http
