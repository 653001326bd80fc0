// A load test in C++, as a locustfile would say it: people who browse and now and then buy, and one
// who keeps an eye on the stock.
//
//   build/release/shopper -H http://127.0.0.1:8000 -u 50 -r 10 -t 30s -o report.html

#include "mettle/cli/load_main.hpp"

#include <string>

using namespace std::chrono_literals;

class Shopper : public mettle::User {
public:
    static void describe(mettle::UserType<Shopper>& type) {
        type.weight(3).wait("10ms..30ms");
        type.task("browse", &Shopper::browse, 3).task("buy", &Shopper::buy, 1, {"write"});
    }

    mettle::Flow<> on_start() override {
        const mettle::Answer& answer =
            co_await client.post("/login", {.json = R"({"user":"ann"})"});
        const std::string token = answer.json("/token").value_or("");
        if (token.empty()) answer.fail("no token");
        client.headers().emplace_back("Authorization", "Bearer " + token);
    }

    mettle::Flow<> on_stop() override { co_await client.post("/logout"); }

private:
    mettle::Flow<> browse() {
        const std::string id = std::to_string(random().next() % 100);
        co_await client.get("/items/" + id, {.name = "/items/[id]"});
    }

    // Place an order, ask until it is done, fetch it: timed as one.
    mettle::Flow<> buy() {
        const mettle::Group order = group("order");
        const mettle::Answer& placed = co_await client.post("/orders", {.json = R"({"item":7})"});
        const std::string id = placed.json("/id").value_or("");
        if (id.empty()) {
            placed.fail("an order without an id");
            co_return;
        }
        for (int round = 0; round < 20; ++round) {
            const mettle::Answer& asked =
                co_await client.get("/orders/" + id, {.name = "/orders/[id]"});
            if (asked.json("/state") == "done") {
                count("orders");
                co_return;
            }
            co_await sleep(5ms);
        }
    }
};

class StockKeeper : public mettle::User {
public:
    static void describe(mettle::UserType<StockKeeper>& type) {
        type.fixed_count(1).wait("pacing:100ms").task("stock", &StockKeeper::stock, 1, {"read"});
    }

private:
    mettle::Flow<> stock() {
        const mettle::Answer& answer = co_await client.get("/stock");
        trend("stock", std::stod(answer.json("/count").value_or("0")), "items");
    }
};

int main(int argc, char** argv) {
    return mettle::cli::load_main(argc, argv,
                                  {mettle::user<Shopper>(), mettle::user<StockKeeper>()});
}
