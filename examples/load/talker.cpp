// Users that talk over a WebSocket: they open it, ask and wait for each answer, listen to what the
// server says by itself, and say goodbye.
//
//   build/release/talker -H http://127.0.0.1:8000 -u 100 -t 30s

#include "mettle/cli/load_main.hpp"

#include <string>

class Talker : public mettle::User {
public:
    static void describe(mettle::UserType<Talker>& type) {
        type.wait("10ms..30ms").task("talk", &Talker::talk);
    }

private:
    mettle::Flow<> talk() {
        const mettle::Answer& opened = co_await client.open_socket("/talk", {.name = "/talk"});
        if (!opened.ok()) co_return;
        for (int round = 0; round < 5; ++round) {
            const std::string question = "question " + std::to_string(round);
            const mettle::Answer& answer = co_await client.say(question, {.name = "question"});
            if (answer.status() != 0 && answer.body() != "echo: " + question)
                answer.fail("the echo of another question");
        }
        // Three answers to one message.
        const mettle::Answer& last =
            co_await client.say("tell 3", {.name = "story", .messages = 3});
        if (last.body() != "part 3") last.fail("not the last part");
        co_await client.close_socket();
    }
};

int main(int argc, char** argv) {
    return mettle::cli::load_main(argc, argv, {mettle::user<Talker>()});
}
