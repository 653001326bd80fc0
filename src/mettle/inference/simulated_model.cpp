#include "mettle/inference/simulated_model.hpp"

#include "mettle/base/random.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

namespace mettle {

namespace {

constexpr std::uint64_t kFailures = 1, kStalls = 2;  // Sequences beside that of the law.
constexpr Duration kSlice = std::chrono::milliseconds(1);

class PlainSlab final : public Slab {
public:
    std::span<std::byte> input(std::size_t, const Shape& shape) override {
        const auto size = static_cast<std::size_t>(shape.element_count().value()) * sizeof(float);
        if (memory_.data().size() < size) memory_ = Tensor(DataType::fp32, shape, size);
        const std::span<std::byte> room = memory_.data().first(size);
        input_ = {DataType::fp32, shape, room};
        return room;
    }
    void borrow_input(std::size_t, const TensorView& view) override { input_ = view; }
    TensorView input_view(std::size_t) const override { return input_; }
    TensorView output(std::size_t index) const override { return outputs_[index].view; }
    void set_output(std::size_t index, const TensorView& view) override {
        std::ranges::copy(view.data, make_output(index, view.shape).begin());
    }
    std::size_t bytes() const override {
        return memory_.data().size() + outputs_[0].memory.data().size() +
               outputs_[1].memory.data().size();
    }

    std::span<std::byte> make_output(std::size_t index, const Shape& shape) {
        Output& output = outputs_[index];
        const auto size = static_cast<std::size_t>(shape.element_count().value()) * sizeof(float);
        if (output.memory.data().size() < size) output.memory = Tensor(DataType::fp32, shape, size);
        const std::span<std::byte> room = output.memory.data().first(size);
        output.view = {DataType::fp32, shape, room};
        return room;
    }

private:
    struct Output {
        Tensor memory;
        TensorView view;
    };
    Tensor memory_;
    TensorView input_;
    std::array<Output, 2> outputs_;
};

void answer(PlainSlab& slab) {
    const TensorView in = slab.input_view(0);
    const std::int64_t rows = in.shape[0];
    const auto width = static_cast<std::size_t>(in.shape[1]);
    std::byte* sums = slab.make_output(0, {rows}).data();
    std::byte* firsts = slab.make_output(1, {rows}).data();
    const std::byte* from = in.data.data();
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
        double sum = 0;
        float first = 0;
        for (std::size_t at = 0; at < width; ++at, from += sizeof(float)) {
            float value = 0;
            std::memcpy(&value, from, sizeof value);
            if (at == 0) first = value;
            sum += value;
        }
        const auto rounded = static_cast<float>(sum);
        std::memcpy(sums + row * sizeof(float), &rounded, sizeof rounded);
        std::memcpy(firsts + row * sizeof(float), &first, sizeof first);
    }
}

bool cancelled(const RunToken* token) {
    return token && token->cancelled();
}

std::int64_t clock_ns(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Linux lets a sleep end 50 µs late unless the thread says that it minds.
void be_punctual() {
    static thread_local const int said = prctl(PR_SET_TIMERSLACK, 1);
    (void)said;
}

// Whether the time has passed in full.
bool sleep_for(Duration time, const RunToken* token) {
    be_punctual();
    const std::int64_t end = clock_ns(CLOCK_MONOTONIC) + time.count();
    for (std::int64_t now = end - time.count(); now < end; now = clock_ns(CLOCK_MONOTONIC)) {
        if (cancelled(token)) return false;
        const std::int64_t until = token ? std::min(end, now + kSlice.count()) : end;
        const timespec wake{until / 1'000'000'000, until % 1'000'000'000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nullptr);
    }
    return true;
}

bool burn_for(Duration time, const RunToken* token) {
    const std::int64_t end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + time.count();
    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end) {
        if (cancelled(token)) return false;
    }
    return true;
}

class SimulatedModel final : public Model {
public:
    explicit SimulatedModel(const SimulatedSpec& spec)
        : spec_(spec),
          signature_{{{"x", DataType::fp32, {-1, spec.width}}},
                     {{"sum", DataType::fp32, {-1}}, {"first", DataType::fp32, {-1}}}},
          memory_(spec.memory, std::byte{1}) {}  // Written, so that it is really there.

    const Signature& signature() const override { return signature_; }
    std::string_view platform() const override { return "mettle_simulated"; }
    std::unique_ptr<Slab> make_slab() override { return std::make_unique<PlainSlab>(); }

    // Called for requests alone, so the first one says that the warm-up is over; and a failure here
    // is that of one request, whatever it was run together with.
    bool prepares() const override { return true; }
    Result<void> before(Slab&) override {
        if (!serving_.load(std::memory_order_relaxed))
            serving_.store(true, std::memory_order_relaxed);
        return {};
    }
    Result<void> after(Slab&) override {
        const std::uint64_t number = answered_.fetch_add(1, std::memory_order_relaxed);
        if (chance(kFailures, number) >= spec_.fail) return {};
        return fail(Error::Kind::internal, "the simulated model failed, as it was asked to");
    }

    Result<void> run(Slab& slab, const RunToken* token) override {
        auto& own = static_cast<PlainSlab&>(slab);
        const TensorView in = own.input_view(0);
        const Duration time = next_time(in.shape[0], in.data.size());
        const bool passed = spec_.burn ? burn_for(time, token) : sleep_for(time, token);
        if (!passed) return fail(Error::Kind::cancelled, "nobody waits for this answer any more");
        answer(own);
        return {};
    }

private:
    double chance(std::uint64_t sequence, std::uint64_t number) const {
        return to_unit(mix(mix(spec_.seed + sequence * kMixStep) ^ number));
    }

    Duration next_time(std::int64_t rows, std::size_t bytes) {
        const Duration extra =
            warm_.exchange(true, std::memory_order_relaxed) ? Duration::zero() : spec_.warmup;
        if (!serving_.load(std::memory_order_relaxed))
            return scaled(spec_, spec_.law.median(), rows, bytes) + extra;
        const std::uint64_t number = runs_.fetch_add(1, std::memory_order_relaxed);
        const Duration stall =
            chance(kStalls, number) < spec_.stall ? spec_.stall_time : Duration::zero();
        return scaled(spec_, spec_.law.draw(spec_.seed, number), rows, bytes) + extra + stall;
    }

    const SimulatedSpec spec_;
    const Signature signature_;
    std::vector<std::byte> memory_;
    std::atomic<bool> warm_ = false, serving_ = false;
    std::atomic<std::uint64_t> runs_ = 0, answered_ = 0;  // Since serving began.
};

}  // namespace

std::unique_ptr<Model> make_simulated(const SimulatedSpec& spec) {
    return std::make_unique<SimulatedModel>(spec);
}

}  // namespace mettle
