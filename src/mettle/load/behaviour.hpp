#pragma once

// What virtual users do: one Behaviour a user, asked for its next step whenever it can take one. It
// knows no clock and no queue: the source that owns the user keeps its due times. All that belongs
// to one worker lives and is called on that worker's thread; a Program is shared by all.

#include "mettle/load/random.hpp"
#include "mettle/load/transport.hpp"
#include "mettle/load/wait_time.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mettle::load {

class Recorder;

struct Next {
    enum class Kind : std::uint8_t {
        request,        // The attempt is filled in: send it, and ask again when it is done.
        wait,           // Think for `wait_ns`, and ask again.
        iteration_end,  // One task is through: ask again after `wait`.
        gone,           // The user has left for good.
        not_yet,  // What it needs is not there: ask again after `wait_ns`. What is due stays due.
        over,     // There is nothing left for anybody: it has left, and nobody comes any more.
    };

    static Next request() { return {Kind::request, 0, {}}; }
    static Next think(std::int64_t ns) { return {Kind::wait, ns, {}}; }
    static Next end(const WaitTime& wait) { return {Kind::iteration_end, 0, wait}; }
    static Next gone() { return {Kind::gone, 0, {}}; }
    static Next not_yet(std::int64_t ns) { return {Kind::not_yet, ns, {}}; }
    static Next over() { return {Kind::over, 0, {}}; }

    Kind kind = Kind::request;
    std::int64_t wait_ns = 0;
    WaitTime wait;
};

class Behaviour {
public:
    virtual ~Behaviour() = default;

    // The next step. Asked first when the user begins; then whenever a step is over: its request
    // done (what became of it is in `attempt`), its wait waited. For a request it fills in the
    // attempt's task and payload or `made`, `reader` and `timeout_ns`; what they point to lives
    // until the attempt is done. `now_ns` is the moment from which the step counts: the end of the
    // last one.
    virtual Next next(Attempt& attempt, std::int64_t now_ns) = 0;

    // Before an iteration of an open load: which of all arrivals it runs for. From here on, what is
    // random depends on the number (and the seed) alone, so that the number of workers changes
    // nothing.
    virtual void arrive(std::uint64_t number) = 0;

    // The user is to leave, between two steps: what remains is what next() gives from now on (its
    // on_stop) up to `gone`.
    virtual void leave() = 0;
};

// One user of a closed load, or one slot for arrivals of an open one.
struct UserPlace {
    std::uint64_t number = 0;      // Among all users of all workers.
    std::uint32_t user_class = 0;  // Of Program::classes().
    std::uint32_t in_class = 0;    // How many of its class this worker had before.
};

// The users' behaviours of one worker.
class BehaviourFactory {
public:
    virtual ~BehaviourFactory() = default;
    virtual std::unique_ptr<Behaviour> make(const UserPlace& place) = 0;
};

struct UserClass {
    std::string name;
    double weight = 1;
    int fixed_count = 0;  // If above 0 there are so many, whatever the weights.
};

// What all users of a load may do. Immutable, apart from what it locks itself.
class Program {
public:
    virtual ~Program() = default;
    virtual const std::vector<UserClass>& classes() const = 0;  // At least one.
    // On the worker's thread; `recorder` and the factory live as long as the worker.
    virtual std::unique_ptr<BehaviourFactory> make(Recorder& recorder, int worker) const = 0;
};

}  // namespace mettle::load
