using static TorchSharp.torch;

namespace TorchSharp.Modules;

public partial class AdamW
{
    /// <summary>Averages of a parameter's gradient and of its square.</summary>
    private sealed class State : OptimizerState, IDisposable
    {
        private readonly Tensor average;
        private readonly Tensor squareAverage;
        private readonly Tensor? largestSquareAverage;
        private long steps;

        public State(Parameter parameter, bool amsgrad)
        {
            average = zeros_like(parameter).DetachFromDisposeScope();
            squareAverage = zeros_like(parameter).DetachFromDisposeScope();
            largestSquareAverage = amsgrad ? zeros_like(parameter).DetachFromDisposeScope() : null;
        }

        public void Step(Parameter parameter, Tensor gradient, Options options)
        {
            var (beta1, beta2) = (options.beta1!.Value, options.beta2!.Value);
            var learningRate = options.LearningRate!.Value;
            if (options.maximize!.Value)
                gradient = -gradient;
            steps++;
            parameter.mul_(1 - learningRate * options.weight_decay!.Value);
            average.mul_(beta1).add_(gradient, 1 - beta1);
            squareAverage.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
            var square = squareAverage;
            if (largestSquareAverage is not null)
                square = largestSquareAverage.copy_(maximum(largestSquareAverage, squareAverage));
            var denominator = square.sqrt().div_(Math.Sqrt(1 - Math.Pow(beta2, steps))).add_(options.eps!.Value);
            parameter.addcdiv_(average, denominator, -learningRate / (1 - Math.Pow(beta1, steps)));
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(steps);
            average.Save(writer);
            squareAverage.Save(writer);
            writer.Write(largestSquareAverage is not null);
            largestSquareAverage?.Save(writer);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            steps = reader.ReadInt64();
            if (steps < 0)
                throw new InvalidDataException($"number of steps is {steps}: the file is damaged or of another format.");
            average.Load(reader);
            squareAverage.Load(reader);
            if (reader.ReadBoolean() != largestSquareAverage is not null)
                throw new ArgumentException("Invalid optimizer state: one of stream and optimizer is AMSGrad, the other is not.");
            largestSquareAverage?.Load(reader);
        }

        public void Dispose()
        {
            average.Dispose();
            squareAverage.Dispose();
            largestSquareAverage?.Dispose();
        }
    }
}
