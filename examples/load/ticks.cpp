// Streams of server-sent events, as ticks.yaml has them: to a mark, so many, or for a time.
//
//   build/release/ticks -H http://127.0.0.1:8000 -u 100 -t 30s

#include "mettle/cli/load_main.hpp"

using namespace std::chrono_literals;

class Listener : public mettle::User {
public:
    static void describe(mettle::UserType<Listener>& type) {
        type.task("to_its_mark", &Listener::to_its_mark);
        type.task("the_first", &Listener::the_first);
        type.task("for_a_time", &Listener::for_a_time);
    }

private:
    mettle::Flow<> to_its_mark() {
        const mettle::EventLimits limits{.until = "[DONE]"};
        const mettle::Answer& answer =
            co_await client.get("/ticks?count=4&gap=5", {.name = "ticks", .sse = limits});
        if (answer.ok() && answer.events() != 5) answer.fail("not five events");
    }
    mettle::Flow<> the_first() {
        const mettle::EventLimits limits{.count = 3};  // Enough: the connection is closed.
        const mettle::Answer& answer = co_await client.get(
            "/ticks?count=1000&gap=5", {.name = "the first ticks", .sse = limits});
        // The body is the last event's data.
        if (answer.ok() && answer.json("/tick") != "3") answer.fail("not the third event");
    }
    mettle::Flow<> for_a_time() {
        const mettle::EventLimits limits{.length = 100ms};
        co_await client.get("/ticks?count=1000&gap=5", {.name = "ticks for a time", .sse = limits});
    }
};

int main(int argc, char** argv) {
    return mettle::cli::load_main(argc, argv, {mettle::user<Listener>()});
}
